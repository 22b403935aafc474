/** A worker that draws and measures matrices beside the one that trains. */
import { expose } from 'comlink';
import { inspector } from './inspector.ts';

expose(inspector);
