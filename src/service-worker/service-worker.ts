/**
 * Keeps the whole studio, its demos included, and serves it from then on: without network, and with the headers that it wants, whatever
 * its host sends. A new version waits until no tab uses the old one, or until a page asks for it.
 */
import type { PrecacheEntry } from 'workbox-precaching';
import { addPlugins, precacheAndRoute } from 'workbox-precaching';
import { headers } from './headers.ts';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: PrecacheEntry[] };

addPlugins([{ cacheWillUpdate: async ({ response }) => (response.ok ? withHeaders(response) : null) }]);
// There is one page: what follows "?" in its address is for the page.
precacheAndRoute(self.__WB_MANIFEST, { ignoreURLParametersMatching: [/./], cleanURLs: false });

// The page of the first visit, too, goes on without network.
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(takeOver(event.source));
});

/** Kept with their headers, so that browsers keep compiled scripts beside them. */
function withHeaders({ body, status, statusText, headers: given }: Response): Response {
  const all = new Headers(given);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return new Response(body, { status, statusText, headers: all });
}

/** Other tabs may be in the middle of a merge and need files of the old version: they go first. */
async function takeOver(asker: ExtendableMessageEvent['source']): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const studios = windows.filter(({ url }) => url.startsWith(self.registration.scope));
  if (studios.length > 1) asker?.postMessage('other tabs');
  else await self.skipWaiting();
}
