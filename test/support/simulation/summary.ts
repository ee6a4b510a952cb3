import type { Report } from './simulation.js';

/** What happened in these runs, for people. */
export function summary(reports: readonly Report[]): string {
  const sum = (of: (report: Report) => number): number => reports.reduce((all, one) => all + of(one), 0);
  const failed = reports.filter(({ complaints }) => complaints.length > 0).map(({ plan }) => plan.seed);
  const converged = reports.map(({ convergedAfter }) => convergedAfter).sort((a, b) => a - b);
  const kinds = [...new Set(reports.flatMap(({ injected }) => [...injected.keys()]))].sort();
  const faults = kinds.map((kind) => `  ${kind}: ${sum(({ injected }) => injected.get(kind) ?? 0)}`);
  return [
    `${reports.length - failed.length} of ${reports.length} seeds converged${failed.length > 0 ? `, but not ${failed.join(', ')}` : ''}`,
    `${sum(({ plan }) => plan.clients)} clients, ${sum(({ edits }) => edits)} edits, ${sum(({ refusals }) => refusals)} of them refused, ${sum(({ versions }) => versions)} versions`,
    `agreement after ${converged[Math.floor(converged.length / 2)]} ms (median), at most ${converged.at(-1)} ms`,
    'What was done to them:',
    ...faults,
  ].join('\n');
}
