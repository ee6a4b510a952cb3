/**
 * Characters that do something other than show themselves: a terminal obeys control characters, and an override of the
 * direction makes what follows read otherwise than it is. They are shown by their number.
 */
// eslint-disable-next-line no-control-regex -- these are what is looked for
const UNSEEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** One line of text that somebody wrote, with everything in it to be seen. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (one) => `\\u{${one.charCodeAt(0).toString(16)}}`);
