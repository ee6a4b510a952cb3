import { z } from 'zod';

const count = z.int().min(0);

/** What became of the events of a file. */
export const ImportReportSchema = z
  .strictObject({
    created: count,
    updated: count.meta({ description: 'Without those that were as they are in the file already' }),
    skipped: z.array(
      z.strictObject({
        uid: z.string().nullable().meta({ description: 'null where the component has none' }),
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.output<typeof ImportReportSchema>;
