/** What the page does about sessions from its first second on. */
import { followAddress, openAddress } from './address.ts';
import { keepSessions, lookForKept } from './keep.ts';

export function startSessions(): void {
  followAddress();
  void openAddress();
  void lookForKept();
  keepSessions();
}
