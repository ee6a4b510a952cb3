import { expect } from '@jest/globals';
import type { Answer, Witness } from './convene.js';

/**
 * What holds of every answer, whatever was asked: nothing fails on the server's side, a refusal is a whole
 * problem (RFC 9457) that says where it arose, and what is answered as JSON is JSON.
 */
export const mannerly: Witness = ({ method, path }, { status, headers, body }) => {
  const asked = `${method} ${path.slice(0, 200)}`;
  const requestId = headers.get('X-Request-Id');
  expect({ asked, status: status < 500 ? 'fine' : status, body: status < 500 ? null : body }).toEqual({
    asked,
    status: 'fine',
    body: null,
  });
  expect(requestId).toMatch(/^[\x21-\x7e]{1,128}$/);
  if (status < 400 || method === 'HEAD') {
    return;
  }
  expect(headers.get('Content-Type')).toMatch(/^application\/problem\+json\b/);
  expect({ asked, ...body }).toMatchObject({
    asked,
    type: expect.stringMatching(/^[a-z]+:\S+$/),
    title: expect.stringMatching(/./),
    status,
    detail: expect.stringMatching(/./),
    instance: new URL(path, 'http://convene.test').pathname,
    code: expect.stringMatching(/^[a-z]+(-[a-z]+)*$/),
    requestId,
  });
  if (body.errors !== undefined) {
    expect(body.errors).not.toHaveLength(0);
    for (const error of body.errors) {
      expect(error).toEqual({ pointer: expect.any(String), message: expect.stringMatching(/./) });
    }
  }
  if (status === 401) {
    expect(headers.get('WWW-Authenticate')).toBe('Bearer');
  }
};

/** A refusal with this status and code; with `pointer`, among its errors is one that leads there. */
export function expectProblem(answer: Answer, status: number, code: string, pointer?: string): void {
  expect({ status: answer.status, code: answer.body.code, detail: answer.body.detail }).toEqual({
    status,
    code,
    detail: answer.body.detail,
  });
  if (pointer !== undefined) {
    expect(answer.body.errors?.map((error: any) => error.pointer)).toContain(pointer);
  }
}

const ENVELOPE = ['id', 'version', 'role', 'ownerId', 'createdAt', 'updatedAt', 'updatedBy', 'deletedAt'];

const EXTRA = ['merged', 'conflicts', 'checkedFrom', 'checkedUntil', 'truncated'];

const without = (event: Record<string, unknown>, left: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(event).filter(([field]) => !left.includes(field)));

/** An answered event alone, without what an answer may say beside it. */
export const eventIn = (answered: Record<string, unknown>): any => without(answered, EXTRA);

/** The content of an answered event: what a patch may touch and a version records. */
export const contentOf = (event: Record<string, unknown>): Record<string, unknown> =>
  without(event, [...ENVELOPE, ...EXTRA]);

/** The content of an event that was given nothing but what an event must have. */
export const PLAIN_CONTENT = {
  title: 'Design review',
  description: '',
  location: '',
  url: null,
  start: '2026-03-02T15:00:00Z',
  end: '2026-03-02T16:00:00Z',
  timeZone: 'UTC',
  allDay: false,
  status: 'confirmed',
  busy: true,
  tags: [],
  color: null,
  recurrence: null,
  overrides: {},
  metadata: {},
};

/** Milliseconds. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;
