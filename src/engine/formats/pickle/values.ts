/** What a pickle's objects become here. None of them has a method that a pickle could reach. */
import type { ElementType } from '../../tensors/elements.ts';

/** A class or function that the pickle names, and nothing but its name: "torch.nn.modules.linear.Linear". */
export class PythonName {
  constructor(readonly path: string) {
    Object.freeze(this);
  }
}

/** An object of a class that is not known: a bag of attributes. */
export class Opaque {
  /** What the class's `__dict__` would hold; null until the pickle sets it. */
  attributes: ReadonlyMap<unknown, unknown> | null = null;
  constructor(
    /** Path of its class. */
    readonly path: string,
    /** What it holds by key, when the class is a kind of dictionary. */
    readonly items = new Map<unknown, unknown>(),
  ) {}
}

/** A run of elements in the file, or a part of one. */
export class PickledStorage {
  constructor(
    /** "torch.FloatStorage". */
    readonly typeName: string,
    /** Null when the elements are not decoded (complex, quantised) or when only the tensors know their type. */
    readonly elementType: ElementType | null,
    /** Name of the run: the entry below `data/`, or the key in the older format. */
    readonly key: string,
    /** Elements of the whole run; bytes when it has no type. */
    readonly count: number,
    /** Where a view begins in the run, in elements. */
    readonly start: number,
  ) {
    Object.freeze(this);
  }
}

/** A view of a storage. Offset and strides count elements. */
export class PickledTensor {
  constructor(
    readonly storage: PickledStorage,
    readonly elementType: ElementType | null,
    /** What its elements are in PyTorch's words: "torch.FloatStorage", "torch.float32". */
    readonly typeName: string,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {
    Object.freeze(this);
  }
}
