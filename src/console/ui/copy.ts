/** Puts a text on the clipboard. @returns whether it is there: without https browsers have none */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** What to say then. */
export const copyWords = (isCopied: boolean): string =>
  isCopied ? 'Copied.' : 'This browser does not let it be copied: please select it yourself.';
