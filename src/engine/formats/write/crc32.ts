/** CRC-32 as zip archives have it: polynomial 0xedb88320, bits reflected (PKWARE APPNOTE 4.4.7), four bytes at a time. */

/** Remainders of a byte followed by 0, 1, 2 and 3 zero bytes. */
const tables = makeTables();

function makeTables(): [Int32Array, Int32Array, Int32Array, Int32Array] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
    return remainder;
  });
  const oneMore = (table: Int32Array) => table.map((remainder) => (remainder >>> 8) ^ first[remainder & 255]!);
  const second = oneMore(first);
  const third = oneMore(second);
  return [first, second, third, oneMore(third)];
}

/** The checksum of chunks that follow one another, as an unsigned number. */
export function crc32(chunks: Iterable<Uint8Array>): number {
  let remainder = -1;
  for (const chunk of chunks) remainder = append(remainder, chunk);
  return ~remainder >>> 0;
}

function append(start: number, bytes: Uint8Array): number {
  const [first, second, third, fourth] = tables;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let remainder = start;
  let index = 0;
  for (; index + 4 <= bytes.length; index += 4) {
    const word = remainder ^ words.getInt32(index, true);
    remainder =
      fourth[word & 255]! ^ third[(word >>> 8) & 255]! ^ second[(word >>> 16) & 255]! ^ first[(word >>> 24) & 255]!;
  }
  for (; index < bytes.length; index++) remainder = (remainder >>> 8) ^ first[(remainder ^ bytes[index]!) & 255]!;
  return remainder;
}
