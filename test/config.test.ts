import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.js';

let folder: string;
let DATA_DIR: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'convene-config-'));
  DATA_DIR = path.join(folder, 'data');
});
afterEach(() => rmSync(folder, { recursive: true }));

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8);

describe('the secret', () => {
  test('is made at the first start, for its owner’s eyes alone, and kept', () => {
    const { jwtSecret } = readConfig({ DATA_DIR });
    const file = path.join(DATA_DIR, 'secret');
    expect(Buffer.from(jwtSecret, 'base64url')).toHaveLength(48);
    expect(readFileSync(file, 'utf8').trim()).toBe(jwtSecret);
    expect([modeOf(DATA_DIR), modeOf(file)]).toEqual(['700', '600']);
    expect(readConfig({ DATA_DIR }).jwtSecret).toBe(jwtSecret);
    expect(readConfig({ DATA_DIR: path.join(folder, 'another') }).jwtSecret).not.toBe(jwtSecret);
  });

  test('is what is set, where it is, and nothing is made', () => {
    const JWT_SECRET = 'ü'.repeat(16);
    expect(readConfig({ DATA_DIR, JWT_SECRET }).jwtSecret).toBe(JWT_SECRET);
    expect(() => statSync(DATA_DIR)).toThrow('ENOENT');
  });

  test('of less than 32 bytes is refused, set or kept, and not repeated', () => {
    const short = 'x'.repeat(31);
    const refused = (environment: NodeJS.ProcessEnv): unknown => {
      try {
        return readConfig(environment);
      } catch (error) {
        return error;
      }
    };
    readConfig({ DATA_DIR });
    writeFileSync(path.join(DATA_DIR, 'secret'), short);
    for (const error of [refused({ JWT_SECRET: short }), refused({ DATA_DIR })]) {
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).message).not.toContain(short);
    }
  });

  test('has to be set in production with MONGODB_URI: processes with secrets of their own would not go together', () => {
    const environment = { DATA_DIR, NODE_ENV: 'production', MONGODB_URI: 'mongodb://localhost/convene' };
    expect(() => readConfig(environment)).toThrow(/^JWT_SECRET must be set/);
    expect(() => statSync(DATA_DIR)).toThrow('ENOENT');
  });
});

test.each([
  '*',
  'null',
  'https://*.example.com',
  'example.com',
  'https://example.com/path',
  'https://a@b.example',
])('CORS_ORIGIN=%s is refused: it is no origin, or would match none', (CORS_ORIGIN) => {
  expect(() => readConfig({ DATA_DIR, CORS_ORIGIN })).toThrow(/^CORS_ORIGIN /);
});
