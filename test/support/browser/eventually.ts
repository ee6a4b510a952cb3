const PATIENCE_MS = 20_000;
const STEP_MS = 50;

/** Resolves as soon as what is looked at does not throw any more; rejects with its last error when that takes too long. */
export async function eventually(look: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await look();
      return;
    } catch (error) {
      if (Date.now() > deadline) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}
