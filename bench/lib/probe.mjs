// Loaded before the program that is measured (`node --import`): tells over IPC what its process has used, so that the
// program needs nothing in it for being measured.
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const profiler = new Session();

/** @type {Record<string, (file: string) => unknown>} */
const answers = {
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  memory: async () => {
    // Twice, with a pause: what is only freed by finalizers goes with the second.
    for (let i = 0; i < 2; i += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return process.memoryUsage();
  },
  profile: async () => {
    profiler.connect();
    await profiler.post('Profiler.enable');
    await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
    await profiler.post('Profiler.start');
  },
  profiled: async (file) => {
    const { profile } = await profiler.post('Profiler.stop');
    profiler.disconnect();
    writeFileSync(file, JSON.stringify(profile));
  },
};

process.on('message', (/** @type {{ probe?: string, file?: string }} */ { probe, file = '' }) => {
  const answer = answers[probe ?? ''];
  if (answer) void Promise.resolve(answer(file)).then((value) => process.send?.({ probe, value }));
});
// It keeps no program from ending; and where the one that measures has gone, there is nothing left to do.
process.channel?.unref();
process.once('disconnect', () => process.exit());
