/** Reads the operands of a pickle's instructions. */

/** The bytes end before the pickle does. */
export class EndOfBytes extends Error {}

const utf8 = new TextDecoder();

export class Operands {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Steps over `length` bytes and returns where they began. */
  step(length: number): number {
    const at = this.position;
    if (at + length > this.bytes.length) throw new EndOfBytes();
    this.position += length;
    return at;
  }

  byte(): number {
    return this.view.getUint8(this.step(1));
  }

  uint16(): number {
    return this.view.getUint16(this.step(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.step(4), true);
  }

  uint32(): number {
    return this.view.getUint32(this.step(4), true);
  }

  uint64(): number {
    return Number(this.view.getBigUint64(this.step(8), true));
  }

  float64(): number {
    return this.view.getFloat64(this.step(8), false);
  }

  data(length: number): Uint8Array {
    const at = this.step(length);
    return this.bytes.subarray(at, at + length);
  }

  text(length: number): string {
    return utf8.decode(this.data(length));
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new EndOfBytes();
    const line = this.text(end - this.position);
    this.step(1);
    return line;
  }

  /** A little-endian number in two's complement, of any length; exact up to 2^53. */
  long(length: number): number {
    const bytes = this.data(length);
    const negative = (bytes.at(-1) ?? 0) >= 0x80;
    // −x is the complement of x, plus 1.
    const magnitude = bytes.reduceRight((sum, byte) => sum * 256 + (negative ? 255 - byte : byte), 0);
    return negative ? -magnitude - 1 : magnitude;
  }
}
