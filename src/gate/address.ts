import { isIPv4, isIPv6 } from 'node:net';

/**
 * What an address is counted under: itself, or of IPv6 its /64, which is what one customer has. What is no
 * address (a proxy may send anything) is a name like any other.
 */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '').slice(0, 64);
  if (!isIPv6(bare)) {
    return bare;
  }
  // The URL standard writes an address in one way only: hexadecimal, in lower case, the longest zeros left out.
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [head = [], tail] = canonical.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array<string>(zeros).fill('0'), ...(tail ?? [])];
  return mappedIPv4(groups) ?? `${groups.slice(0, 4).join(':')}::/64`;
}

/** RFC 4291, section 2.5.5.2. */
function mappedIPv4(groups: readonly string[]): string | null {
  if (groups.slice(0, 6).join(':') !== '0:0:0:0:0:ffff') {
    return null;
  }
  const bytes = groups.slice(6).flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
  const text = bytes.join('.');
  return isIPv4(text) ? text : null;
}
