// One expansion of 10,000 events over a year ahead, half of them series, with the engine that Convene uses: each
// request does it once.
import { createServer } from 'node:http';
import { oneOfMany, YEAR } from '../lib/events.mjs';
import { busyTimes, parseContent } from '../lib/product.mjs';

const contents = Array.from({ length: 10_000 }, (_, i) => parseContent(oneOfMany(i)));
const server = createServer((_request, response) => {
  const times = contents.reduce(
    (sum, content) => sum + busyTimes(content, YEAR, { left: 5_000_000 }).times.length,
    0,
  );
  response.end(JSON.stringify({ times }));
});
server.listen(0, '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  console.log(`listening on http://127.0.0.1:${port}`);
});
