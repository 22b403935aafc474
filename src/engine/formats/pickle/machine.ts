/**
 * The machine that a pickle is a program for (Lib/pickletools.py of CPython), protocols 0 to 5. It knows stack, memo and plain
 * values; what a name, a call or an attribute means, `Meanings` says. Every instruction takes time in proportion to its bytes,
 * whatever the pickle holds.
 */

import { Operands } from './operands.ts';

/** What the instructions mean that could run code in Python. They may throw. */
export interface Meanings {
  /** GLOBAL. */
  name(module: unknown, name: unknown): unknown;
  /** BINPERSID: an object that lies outside of the pickle. */
  persistent(id: unknown): unknown;
  /** REDUCE. */
  call(callable: unknown, args: unknown): unknown;
  /** NEWOBJ and its elders: a new object of a class. */
  create(type: unknown, args: unknown): unknown;
  /** BUILD: sets the attributes of an object. */
  build(object: unknown, state: unknown): void;
  /** APPENDS. */
  append(target: unknown, items: readonly unknown[]): void;
  /** SETITEMS. */
  setItems(target: unknown, keysAndValues: readonly unknown[]): void;
}

/** The state dict of a model with thousands of tensors takes about a million. */
const mostInstructions = 10_000_000;
const stop = 0x2e;

/** Runs the pickle at `start`. Throws `EndOfBytes`, or any other error when the pickle makes no sense or `meanings` refuses. */
export function runPickle(bytes: Uint8Array, start: number, meanings: Meanings): { value: unknown; end: number } {
  const machine = new Machine(bytes, start, meanings);
  for (let count = 0; count < mostInstructions; count++) {
    const code = machine.byte();
    if (code === stop) return { value: machine.pop(), end: machine.position };
    const instruction = instructions.get(code);
    if (!instruction) throw new Error(`unknown instruction ${code}`);
    instruction(machine);
  }
  throw new Error(`more than ${mostInstructions} instructions`);
}

class Machine extends Operands {
  stack: unknown[] = [];
  readonly memo = new Map<number, unknown>();
  private readonly outer: unknown[][] = [];

  constructor(
    bytes: Uint8Array,
    position: number,
    readonly meanings: Meanings,
  ) {
    super(bytes, position);
  }

  // ---- stack ----

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    if (this.stack.length === 0) throw new Error('the stack is empty');
    return this.stack.pop();
  }

  top(): unknown {
    if (this.stack.length === 0) throw new Error('the stack is empty');
    return this.stack.at(-1);
  }

  mark(): void {
    this.outer.push(this.stack);
    this.stack = [];
  }

  /** What was pushed since the last mark. */
  popMark(): unknown[] {
    const items = this.stack;
    const outer = this.outer.pop();
    if (!outer) throw new Error('no mark');
    this.stack = outer;
    return items;
  }

  /** The last `count` values, as a tuple. */
  popTuple(count: number): unknown[] {
    if (this.stack.length < count) throw new Error('the stack is empty');
    return this.stack.splice(-count);
  }

  popPair(): [unknown, unknown] {
    const second = this.pop();
    return [this.pop(), second];
  }

  // ---- memo ----

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  get(index: number): void {
    if (!this.memo.has(index)) throw new Error(`nothing is kept under ${index}`);
    this.push(this.memo.get(index));
  }
}

function quoted(line: string): string {
  const quote = line[0];
  if (line.length < 2 || (quote !== '"' && quote !== "'") || line.at(-1) !== quote) throw new Error('no text');
  return line.slice(1, -1);
}

function integerLine(line: string): number | boolean {
  if (line === '00' || line === '01') return line === '01';
  return Number.parseInt(line, 10);
}

function dictionary(machine: Machine, items: readonly unknown[]): Map<unknown, unknown> {
  const made = new Map<unknown, unknown>();
  machine.meanings.setItems(made, items);
  return made;
}

function append(machine: Machine, items: readonly unknown[]): void {
  machine.meanings.append(machine.top(), items);
}

function setItems(machine: Machine, items: readonly unknown[]): void {
  machine.meanings.setItems(machine.top(), items);
}

/** OBJ: the class lies below its arguments. */
function object(machine: Machine): void {
  const [type, ...args] = machine.popMark();
  machine.push(machine.meanings.create(type, args));
}

function inst(machine: Machine): void {
  const type = machine.meanings.name(machine.line(), machine.line());
  machine.push(machine.meanings.create(type, machine.popMark()));
}

function newObjectWithKeywords(machine: Machine): void {
  const [type, args, keywords] = machine.popTuple(3);
  if (!(keywords instanceof Map) || keywords.size > 0) throw new Error('arguments by name');
  machine.push(machine.meanings.create(type, args));
}

function protocol(machine: Machine): void {
  const version = machine.byte();
  if (version > 5) throw new Error(`protocol ${version}`);
}

function build(machine: Machine): void {
  const state = machine.pop();
  machine.meanings.build(machine.top(), state);
}

type Instruction = (machine: Machine) => void;

/** `from` pops its operands and returns what is pushed. */
function pushing(from: (machine: Machine) => unknown): Instruction {
  return (machine) => machine.push(from(machine));
}

const instructions: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  [0x80, protocol],
  [0x95, (m) => m.step(8)], // FRAME
  // Stack and memo
  [0x28, (m) => m.mark()],
  [0x30, (m) => m.pop()], // POP
  [0x31, (m) => m.popMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP
  [0x70, (m) => m.put(Number.parseInt(m.line(), 10))], // PUT
  [0x71, (m) => m.put(m.byte())], // BINPUT
  [0x72, (m) => m.put(m.uint32())], // LONG_BINPUT
  [0x94, (m) => m.put(m.memo.size)], // MEMOIZE
  [0x67, (m) => m.get(Number.parseInt(m.line(), 10))], // GET
  [0x68, (m) => m.get(m.byte())], // BINGET
  [0x6a, (m) => m.get(m.uint32())], // LONG_BINGET
  // Plain values
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x49, pushing((m) => integerLine(m.line()))], // INT
  [0x4c, pushing((m) => Number.parseInt(m.line(), 10))], // LONG
  [0x46, pushing((m) => Number.parseFloat(m.line()))], // FLOAT
  [0x4a, pushing((m) => m.int32())], // BININT
  [0x4b, pushing((m) => m.byte())], // BININT1
  [0x4d, pushing((m) => m.uint16())], // BININT2
  [0x8a, pushing((m) => m.long(m.byte()))], // LONG1
  [0x8b, pushing((m) => m.long(m.uint32()))], // LONG4
  [0x47, pushing((m) => m.float64())], // BINFLOAT
  // Text and bytes
  [0x53, pushing((m) => quoted(m.line()))], // STRING
  [0x56, pushing((m) => m.line())], // UNICODE
  [0x54, pushing((m) => m.text(m.uint32()))], // BINSTRING
  [0x55, pushing((m) => m.text(m.byte()))], // SHORT_BINSTRING
  [0x58, pushing((m) => m.text(m.uint32()))], // BINUNICODE
  [0x8c, pushing((m) => m.text(m.byte()))], // SHORT_BINUNICODE
  [0x8d, pushing((m) => m.text(m.uint64()))], // BINUNICODE8
  [0x42, pushing((m) => m.data(m.uint32()))], // BINBYTES
  [0x43, pushing((m) => m.data(m.byte()))], // SHORT_BINBYTES
  [0x8e, pushing((m) => m.data(m.uint64()))], // BINBYTES8
  [0x96, pushing((m) => m.data(m.uint64()))], // BYTEARRAY8
  // Containers
  [0x29, (m) => m.push([])], // EMPTY_TUPLE
  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x8f, (m) => m.push([])], // EMPTY_SET
  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x74, pushing((m) => m.popMark())], // TUPLE
  [0x6c, pushing((m) => m.popMark())], // LIST
  [0x91, pushing((m) => m.popMark())], // FROZENSET
  [0x64, pushing((m) => dictionary(m, m.popMark()))], // DICT
  [0x85, pushing((m) => m.popTuple(1))], // TUPLE1
  [0x86, pushing((m) => m.popTuple(2))], // TUPLE2
  [0x87, pushing((m) => m.popTuple(3))], // TUPLE3
  [0x61, (m) => append(m, m.popTuple(1))], // APPEND
  [0x65, (m) => append(m, m.popMark())], // APPENDS
  [0x90, (m) => append(m, m.popMark())], // ADDITEMS
  [0x73, (m) => setItems(m, m.popTuple(2))], // SETITEM
  [0x75, (m) => setItems(m, m.popMark())], // SETITEMS
  // Names, calls and objects
  [0x63, pushing((m) => m.meanings.name(m.line(), m.line()))], // GLOBAL
  [0x93, pushing((m) => m.meanings.name(...m.popPair()))], // STACK_GLOBAL
  [0x50, pushing((m) => m.meanings.persistent(m.line()))], // PERSID
  [0x51, pushing((m) => m.meanings.persistent(m.pop()))], // BINPERSID
  [0x52, pushing((m) => m.meanings.call(...m.popPair()))], // REDUCE
  [0x69, inst],
  [0x6f, object],
  [0x81, pushing((m) => m.meanings.create(...m.popPair()))], // NEWOBJ
  [0x92, newObjectWithKeywords], // NEWOBJ_EX
  [0x62, build],
]);
