import { refuseFields } from '../calendar/errors.js';
import { lengthOf, textFault } from '../calendar/json.js';
import { MAX_CHANGE_ID, MAX_NOTE } from '../protocol/events.js';
import type { Call } from './door.js';

/** RFC 9110, section 8.8.3: an event's entity tag is its version. */
export const etag = (version: number): string => `"${version}"`;

/** The versions that `If-Match` names; undefined where any will do. What is no strong tag of ours matches nothing. */
export function ifMatch(call: Call): { ifMatch?: number[] } {
  const header = call.header('If-Match');
  if (header === undefined || header.trim() === '*') {
    return {};
  }
  const versions = header
    .split(',')
    .map((tag) => Number(/^\s*"([1-9]\d{0,8})"\s*$/.exec(tag)?.[1] ?? Number.NaN));
  return { ifMatch: versions };
}

/** Whether the client has this version already (RFC 9110, section 13.1.2). */
export const isFresh = (call: Call, version: number): boolean => isFreshTag(call, etag(version));

/** As {@link isFresh}, of what has another entity tag, quotes and all. */
export function isFreshTag(call: Call, current: string): boolean {
  const header = call.header('If-None-Match');
  if (header === undefined) {
    return false;
  }
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === current);
}

/** What a writer says of an edit in its headers. @throws validation-failed */
export function editHeaders(call: Call): { ifMatch?: number[]; changeId?: string; note?: string } {
  const changeId = call.header('Edit-Id');
  const note = decodeNote(call.header('Edit-Note'));
  checkText('Edit-Id', changeId, 1, MAX_CHANGE_ID);
  checkText('Edit-Note', note, 0, MAX_NOTE);
  return { ...ifMatch(call), ...(changeId !== undefined && { changeId }), ...(note && { note }) };
}

function decodeNote(header: string | undefined): string | undefined {
  try {
    return header === undefined ? undefined : decodeURIComponent(header);
  } catch {
    throw refuseFields([{ pointer: 'Edit-Note', message: 'must be percent-encoded UTF-8' }]);
  }
}

function checkText(name: string, value: string | undefined, min: number, max: number): void {
  if (value === undefined) {
    return;
  }
  const length = lengthOf(value);
  const message = length < min || length > max ? `must have ${min} to ${max} characters` : textFault(value);
  if (message) {
    throw refuseFields([{ pointer: name, message }]);
  }
}
