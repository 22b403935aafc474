/** Moving four numbers at once where a length allows it: the same WGSL over `vec4f` or over `f32`. */
export interface Element {
  type: 'vec4f' | 'f32';
  /** Numbers in it. */
  size: 4 | 1;
  /** WGSL: the sum of its numbers. */
  total(value: string): string;
}

const four: Element = { type: 'vec4f', size: 4, total: (value) => `dot(${value}, vec4f(1))` };
const one: Element = { type: 'f32', size: 1, total: (value) => value };

/** What rows of this length are moved in. */
export const elementOf = (length: number): Element => (length % 4 === 0 ? four : one);

/** Storage of this element, by name. */
export const storedAs = ({ type }: Element, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, type]));

/** Makes each source once. */
export function once<Key extends string, S>(
  make: (element: Element, key: Key) => S,
): (element: Element, key: Key) => S {
  const made = new Map<string, S>();
  return (element, key) => {
    const name = `${element.type} ${key}`;
    const found = made.get(name) ?? make(element, key);
    made.set(name, found);
    return found;
  };
}
