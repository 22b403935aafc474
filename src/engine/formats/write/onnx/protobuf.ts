/** Protocol buffers, as much as ONNX needs: fields of a message in wire format (protobuf.dev, "Encoding"). */
import type { Bytes, Piece } from '../output.ts';
import { bytesPiece } from '../output.ts';

const wireTypes = { varint: 0, lengthDelimited: 2, fixed32: 5 } as const;

/** A message under construction; large contents are pieces that are made when they are written. */
export class Message implements Piece {
  readonly #pieces: Piece[] = [];
  bytes = 0;

  *chunks(): Iterable<Bytes> {
    for (const piece of this.#pieces) yield* piece.chunks();
  }

  /** int32, int64 or an enumeration. */
  integer(field: number, value: number): this {
    return this.#add(bytesPiece(Uint8Array.from([...tag(field, wireTypes.varint), ...varint(value)])));
  }

  /** A repeated int64, one field for each. */
  integers(field: number, values: readonly number[]): this {
    for (const value of values) this.integer(field, value);
    return this;
  }

  /** 32-bit. */
  float(field: number, value: number): this {
    const bits = new Uint8Array(Float32Array.of(value).buffer);
    return this.#add(bytesPiece(Uint8Array.from([...tag(field, wireTypes.fixed32), ...bits])));
  }

  text(field: number, value: string): this {
    return this.piece(field, bytesPiece(new TextEncoder().encode(value)));
  }

  texts(field: number, values: readonly string[]): this {
    for (const value of values) this.text(field, value);
    return this;
  }

  /** Bytes, or a message inside this one. */
  piece(field: number, piece: Piece): this {
    const start = Uint8Array.from([...tag(field, wireTypes.lengthDelimited), ...varint(piece.bytes)]);
    return this.#add(bytesPiece(start)).#add(piece);
  }

  pieces(field: number, pieces: readonly Piece[]): this {
    for (const piece of pieces) this.piece(field, piece);
    return this;
  }

  #add(piece: Piece): this {
    this.#pieces.push(piece);
    this.bytes += piece.bytes;
    return this;
  }
}

const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType);

/** Seven bits a byte, the lowest first; a negative number as its two's complement of 64 bits. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
