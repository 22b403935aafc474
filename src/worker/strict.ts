/** Comes before every schema: zod would try whether it may compile its checks from text, which the studio's policy forbids. */
import { config } from 'zod';

config({ jitless: true });
