import ICAL from 'ical.js';
import { zoneNamed } from '../calendar/time.js';
import { foreignZones } from './foreign-zones.js';
import type { Component } from './jcal.js';
import type { EventGroup, FileContext } from './read.js';
import { splitCalendar } from './split.js';

/** What a file has in it: its events, each with its changed occurrences, and what is none. */
export interface ReadFile {
  groups: EventGroup[];
  context: FileContext;
  skipped: { uid: string | null; reason: string }[];
}

/** An event takes no more room than this in a file. */
const MAX_TEXT = 1024 * 1024;
/** So many components are read without letting others have a turn. */
const TURN = 25;

/** Reads a file, but for what its events mean. @param nextTurn lets others have one. @throws CalendarFault */
export async function readFile(file: string, nextTurn: () => Promise<unknown>): Promise<ReadFile> {
  const { components, timeZone } = splitCalendar(file);
  const groups = new Map<string, EventGroup>();
  const zones: Component[] = [];
  const skipped: ReadFile['skipped'] = [];
  for (const [index, { name, text }] of components.entries()) {
    if (index % TURN === TURN - 1) {
      await nextTurn();
    }
    if (name !== 'VEVENT' && name !== 'VTIMEZONE') {
      skipped.push({ uid: uidIn(text), reason: `${name} is no event` });
      continue;
    }
    const component = parsed(text);
    const uid = component && valueOf(component, 'uid');
    if (component && name === 'VTIMEZONE') {
      zones.push(component);
    } else if (component && uid !== null && uid !== '') {
      const group = groups.get(uid) ?? { uid, components: [] };
      group.components.push(component);
      groups.set(uid, group);
    } else if (name === 'VEVENT') {
      skipped.push({ uid: uidIn(text), reason: component ? 'it has no UID' : 'it cannot be read' });
    }
  }
  const floating = (timeZone === null ? null : zoneNamed(timeZone)) ?? 'UTC';
  return { groups: [...groups.values()], context: { zones: foreignZones(zones), floating }, skipped };
}

function parsed(text: string): Component | null {
  try {
    return text.length > MAX_TEXT ? null : (ICAL.parse(text) as Component);
  } catch {
    return null;
  }
}

const valueOf = ([, properties]: Component, name: string): string | null => {
  const value = properties.find(([one]) => one === name)?.[3];
  return typeof value === 'string' ? value : null;
};

const uidIn = (text: string): string | null =>
  /^UID[^:\r\n]{0,100}:([^\r\n]{1,255})/im.exec(text)?.[1] ?? null;
