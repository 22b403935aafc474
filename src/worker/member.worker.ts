/** A thread that takes a share of each training batch. */
import { expose } from 'comlink';
import { createMember } from './member.ts';
import './transfer.ts';
import { wasmPaths } from './wasm-paths.ts';

expose(createMember(wasmPaths));
