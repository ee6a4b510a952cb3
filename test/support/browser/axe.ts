import { createRequire } from 'node:module';
import { expect } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import { PHONE } from './stage.js';
import type { Seat } from './seat.js';

const { source } = createRequire(import.meta.url)('axe-core') as { source: string };

const WIDE = { width: 1280, height: 800 };

/** What stands in the page has nothing that keeps people out, in light and dark, wide and on a phone. */
export async function expectAccessible(seat: Seat, what: string): Promise<void> {
  const findings: string[] = [];
  for (const viewport of [WIDE, PHONE]) {
    await seat.page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark'] as const) {
      await seat.page.emulateMedia({ colorScheme });
      findings.push(
        ...(await look(seat)).map((one) => `${what}, ${viewport.width} px, ${colorScheme}: ${one}`),
      );
    }
  }
  await seat.page.emulateMedia({ colorScheme: 'light' });
  await seat.page.setViewportSize(WIDE);
  expect(findings).toEqual([]);
}

async function look({ page }: Seat): Promise<string[]> {
  // Half way from light to dark nothing can be read.
  await page.evaluate('Promise.allSettled(document.getAnimations().map(({ finished }) => finished))');
  if (!(await page.evaluate(`'axe' in window`))) {
    await page.evaluate(source);
  }
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { resultTypes: ['violations'] })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}
