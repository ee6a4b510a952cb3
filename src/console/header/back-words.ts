/** What came of a time without a connection: numbers of edits. */
export interface Absence {
  /** One's own, made meanwhile. */
  kept: number;
  /** Of these, what met changes of others, and what the server refused for another reason. */
  met: number;
  refused: number;
  /** What others made meanwhile. */
  others: number;
}

/** What to say of it; null where nothing came of it. */
export function backWords({ kept, met, refused, others }: Absence): string | null {
  const sent = kept - met - refused;
  const parts = [
    sent > 0 && (sent === 1 ? 'Your edit was sent.' : `Your ${sent} edits were sent.`),
    met > 0 &&
      (met === 1
        ? 'One edit met another’s: it is kept in its form, for you to choose.'
        : `${met} edits met others’: they are kept in their forms, for you to choose.`),
    refused > 0 &&
      (refused === 1 ? 'One edit could not be stored.' : `${refused} edits could not be stored.`),
    others > 0 &&
      (others === 1 ? 'Others made one change meanwhile.' : `Others made ${others} changes meanwhile.`),
  ].filter(Boolean);
  return parts.length > 0 ? ['You are online again.', ...parts].join(' ') : null;
}
