import { describe, expect, test } from '@jest/globals';
import { createSender } from '../../src/webhooks/sender.js';

const sender = createSender({ allowPrivate: false });
const isRefused = (host: string): boolean => sender.fault(`https://${host}:8443/hook?x=1`) !== null;

describe('an address that leads to', () => {
  test.each([
    [
      'this machine',
      ['127.0.0.1', '127.255.255.254', '[::1]', 'localhost', 'LOCALHOST', 'localhost.', 'a.localhost'],
    ],
    [
      'this machine, spelled otherwise',
      ['127.1', '2130706433', '0x7f000001', '0177.0.0.1', '127.0.0.1.', '①②⑦.0.0.1'],
    ],
    ['nowhere in particular', ['0.0.0.0', '0.1.2.3', '[::]']],
    [
      'a private network',
      ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '[fc00::1]', '[fdff::1]'],
    ],
    ['the same link', ['169.254.169.254', '[fe80::1]', '[fec0::1]']],
    ['behind a carrier’s translation', ['100.64.0.1', '100.127.255.255']],
    ['several', ['224.0.0.1', '239.255.255.255', '255.255.255.255', '[ff02::1]']],
    [
      'what is reserved',
      ['240.0.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '[2001:db8::1]'],
    ],
    [
      'IPv4, by IPv6',
      [
        '[::ffff:8.8.8.8]',
        '[::ffff:7f00:1]',
        '[::7f00:1]',
        '[64:ff9b::7f00:1]',
        '[2002:7f00:1::1]',
        '[2001::1]',
      ],
    ],
  ])('%s is refused', (_, hosts) => {
    expect(hosts.filter((host) => !isRefused(host))).toEqual([]);
  });

  test('the internet is not', () => {
    const hosts = [
      '8.8.8.8',
      '172.32.0.1',
      '100.128.0.1',
      '[2606:4700:4700::1111]',
      'example.com',
      'localhost.example.com',
    ];
    expect(hosts.filter(isRefused)).toEqual([]);
  });

  test('anywhere is not, where private ones are allowed', () => {
    const open = createSender({ allowPrivate: true });
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '10.0.0.1']) {
      expect(open.fault(`http://${host}/`)).toBeNull();
    }
  });
});
