import type { OpenWindow } from '../../calendar/reach.js';

export const isWindow = ({ from, to }: OpenWindow): boolean => from !== undefined || to !== undefined;

/** The exact condition: the span meets the half-open window, one without length where `from <= start < to`. */
export function meets({ from, to }: OpenWindow) {
  return {
    ...(to !== undefined && { 'span.from': { $lt: to } }),
    ...(from !== undefined && {
      $nor: [{ 'span.until': { $lt: from } }, { 'span.until': from, 'span.from': { $lt: from } }],
    }),
  };
}
