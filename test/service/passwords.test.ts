import { expect, test } from '@jest/globals';
import { createPasswords } from '../../src/service/passwords.js';

const passwords = createPasswords();

test('a password is hashed with argon2id, at the cost that OWASP gives, and with a salt of its own', async () => {
  const [first, second] = await Promise.all([passwords.hash('the same'), passwords.hash('the same')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$(?=.*\bm=19456\b)(?=.*\bt=2\b)(?=.*\bp=1\b)/);
  expect(first).not.toBe(second);
  expect(first).not.toContain('the same');
});

test('it matches the password it was made of, and no other', async () => {
  const hash = await passwords.hash('correct horse');
  expect(await passwords.matches(hash, 'correct horse')).toBe(true);
  expect(await passwords.matches(hash, 'correct horsf')).toBe(false);
  expect(await passwords.matches(hash, '')).toBe(false);
});

test('without a hash nothing matches, not even what stands in for one', async () => {
  expect(await passwords.matches(undefined, 'nobody has this password')).toBe(false);
});
