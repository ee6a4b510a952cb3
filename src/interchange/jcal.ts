import ICAL from 'ical.js';

/** A property as jCal has it (RFC 7265): its name in small letters, parameters, value type, values. */
export type Property = [
  name: string,
  parameters: Record<string, string | string[]>,
  type: string,
  ...values: unknown[],
];
/** A component as jCal has it. */
export type Component = [name: string, properties: Property[], components: Component[]];

export const property = (
  name: string,
  type: string,
  value: unknown,
  parameters: Record<string, string> = {},
): Property => [name, parameters, type, value];

/** A property of text; what iCalendar's text cannot hold (section 3.3.11) is taken out of it. */
export const textProperty = (name: string, ...values: string[]): Property => [
  name,
  {},
  'text',
  ...values.map(plainText),
];

/** With the only line breaks that iCalendar knows, and no other control characters but the tab. */
const plainText = (text: string): string =>
  // eslint-disable-next-line no-control-regex -- those are what is meant
  text.replace(/\r\n?/g, '\n').replace(/[\0-\x08\x0b-\x1f\x7f]/g, '');

export const ruleProperty = (rrule: string): Property => ICAL.parse.property(`RRULE:${rrule}`) as Property;

/** The component's lines, folded, each ended by CRLF. */
export const componentText = (component: Component): string => `${ICAL.stringify(component).trimEnd()}\r\n`;
