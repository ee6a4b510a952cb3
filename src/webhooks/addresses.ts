import ipaddr from 'ipaddr.js';

/** The ranges of IPv4 that the library has no name for: RFC 2544 (benchmarks). */
const OTHER_RANGES = [ipaddr.IPv4.parseCIDR('198.18.0.0/15')] as const;
/** What IPv6 gives out for use on the internet (RFC 4291, section 2.4): everything else leads elsewhere. */
const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an IP address is one on the internet: not private, loopback, link-local, multicast or reserved for anything
 * else, nor one of IPv6 that stands for an IPv4 address.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) {
    return false;
  }
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') {
    return false;
  }
  return parsed instanceof ipaddr.IPv4
    ? !OTHER_RANGES.some((range) => parsed.match(range))
    : parsed.match(GLOBAL);
}

/** The host of a URL, without the brackets of IPv6 and the dot at the end of a name. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');

/** Names of this very machine (RFC 6761, section 6.3). */
export const isLocalName = (host: string): boolean => /(^|\.)localhost$/i.test(host);
