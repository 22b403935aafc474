/** The worker: the engine behind the protocol. */
import { expose } from 'comlink';
import { createApi } from './api.ts';
import { connectMember, threadsHere, workerCrew } from './crew.ts';
import { wasmPaths } from './wasm-paths.ts';

expose(createApi(wasmPaths, workerCrew(connectMember, threadsHere())));
