/**
 * Playwright's test, in which nothing leaves the studio: it fails when a page, worker or service worker asks another origin for anything,
 * or breaks the Content-Security-Policy.
 */
import type { BrowserContext, ConsoleMessage, Request } from '@playwright/test';
import { test as base, expect } from '@playwright/test';
import { appUrl } from './app.ts';
import { reportPath } from './report-path.mjs';

export { expect } from '@playwright/test';

export class Leaks {
  /** What left, or tried to, in words. */
  readonly found: string[] = [];
  private readonly origins = new Set([new URL(appUrl()).origin]);

  /** The studio is served from here too. */
  allow(url: string): void {
    this.origins.add(new URL(url).origin);
  }

  /** Answers what was found and forgives it: for a test that wants a leak. */
  take(): string[] {
    return this.found.splice(0);
  }

  watch(context: BrowserContext): void {
    context.on('request', (request) => this.see(request));
    context.on('console', (message) => this.hear(message));
  }

  private see(request: Request): void {
    const { protocol, origin, pathname } = new URL(request.url());
    if (pathname === reportPath) this.found.push(violation(request));
    // Blobs, files and the empty page are of this computer.
    else if (/^(http|ws)/.test(protocol) && !this.origins.has(origin)) this.found.push(`a request to ${request.url()}`);
  }

  /** The page's own policy, which needs no host, has no place to report to. */
  private hear(message: ConsoleMessage): void {
    if (/Content Security Policy/.test(message.text())) this.found.push(`the console says: ${message.text()}`);
  }
}

function violation(request: Request): string {
  const { 'csp-report': report } = JSON.parse(request.postData() ?? '{}') as { 'csp-report'?: Record<string, unknown> };
  const { 'document-uri': document, 'effective-directive': directive, 'blocked-uri': blocked } = report ?? {};
  return `${document} may not by ${directive}: ${blocked}`;
}

export const test = base.extend<{ leaks: Leaks }>({
  leaks: [
    async ({ browser }, use) => {
      const leaks = new Leaks();
      const watch = (context: BrowserContext) => leaks.watch(context);
      // Also contexts that a journey makes for somebody else.
      browser.on('context', watch);
      await use(leaks);
      browser.off('context', watch);
      expect(leaks.found, 'what left the studio, or tried to').toEqual([]);
    },
    { auto: true },
  ],
});
