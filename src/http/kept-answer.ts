import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** An answer as it goes out: its own headers, and the bytes of its body. */
export interface EncodedAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | Buffer | undefined;
}

const zip = promisify(gzip);
const unzip = promisify(gunzip);

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * An answer as it is kept: a line of JSON and behind it the body, compressed, and encrypted. There are secrets in some
 * answers that are stored nowhere else but as hashes.
 *
 * @param secret 32 bytes
 * @param owner what it can be read with only
 */
export async function pack({ body, ...head }: EncodedAnswer, secret: Buffer, owner: string): Promise<Buffer> {
  const line = Buffer.from(`${JSON.stringify({ ...head, empty: body === undefined })}\n`);
  const plain = await zip(body === undefined ? line : Buffer.concat([line, Buffer.from(body)]));
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secret, nonce).setAAD(Buffer.from(owner));
  const sealed = [cipher.update(plain), cipher.final()];
  return Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]);
}

/** What {@link pack} was given; null where it was packed with another secret, or for another owner. */
export async function unpack(
  packed: Uint8Array,
  secret: Buffer,
  owner: string,
): Promise<EncodedAnswer | null> {
  const plain = unseal(packed, secret, owner);
  if (!plain) {
    return null;
  }
  const bytes = await unzip(plain);
  const end = bytes.indexOf('\n');
  const head = JSON.parse(bytes.toString('utf8', 0, end)) as Omit<EncodedAnswer, 'body'> & { empty: boolean };
  const { status, headers, empty } = head;
  return { status, headers, body: empty ? undefined : bytes.subarray(end + 1) };
}

function unseal(packed: Uint8Array, secret: Buffer, owner: string): Buffer | null {
  const nonce = packed.subarray(0, NONCE_BYTES);
  const tag = packed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES })
    .setAAD(Buffer.from(owner))
    .setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(packed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    return null;
  }
}
