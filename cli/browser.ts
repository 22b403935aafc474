/** Chromium with the studio's page for the command line in it: started here, or reached at a Playwright server. */
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { systemBrowser } from '../scripts/browser.mjs';
import type { StudioErrorInfo } from '../src/engine/errors.ts';
import type { Answer, HeadlessApi, HeadlessWindow, Progress } from '../src/headless/api.ts';
import { MergeFailed, UsageError } from './errors.ts';

const flags = [
  '--enable-unsafe-webgpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
];

/** `server`: address of a Playwright server; null: a browser of this machine. Throws `UsageError` where there is none. */
export async function openBrowser(server: string | null, more: readonly string[]): Promise<Browser> {
  try {
    if (server !== null) return await chromium.connect(server, { exposeNetwork: '<loopback>', timeout: 60_000 });
    // A signal ends the run in its own way, which needs the browser.
    const own = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
    return await chromium.launch({ ...own, executablePath: systemBrowser(), args: [...flags, ...more] });
  } catch (error) {
    const [reason] = String((error as Error).message).split('\n');
    if (server !== null) throw new UsageError(`No browser at ${server}: ${reason}`);
    throw new UsageError(
      `No Chromium could be started: install one (Debian: apt install chromium), or name one in CHROMIUM_PATH. ${reason}`,
    );
  }
}

type Inputs<Name extends keyof HeadlessApi> = Parameters<HeadlessApi[Name]>;
type Output<Name extends keyof HeadlessApi> =
  Awaited<ReturnType<HeadlessApi[Name]>> extends Answer<infer T> ? T : never;

/** One page, and what it can be asked. */
export class StudioPage {
  private constructor(
    private readonly page: Page,
    /** Name and version of its browser. */
    readonly version: string,
  ) {}

  static async open(browser: Browser, url: string, hear: (progress: Progress) => void): Promise<StudioPage> {
    const page = await browser.newPage({ serviceWorkers: 'block' });
    await page.exposeFunction('fsMergeProgress' satisfies keyof HeadlessWindow, hear);
    await page.goto(`${url}headless.html`);
    await page.waitForFunction(() => (window as HeadlessWindow).fsMerge !== undefined);
    return new StudioPage(page, `Chromium ${browser.version()}`);
  }

  /** Throws `MergeFailed` with what the page says. */
  async ask<Name extends keyof HeadlessApi>(name: Name, ...inputs: Inputs<Name>): Promise<Output<Name>> {
    const answer = (await this.page.evaluate(
      ([method, given]) => {
        const { fsMerge } = window as HeadlessWindow;
        if (!fsMerge) throw new Error('the page is not ready');
        return (fsMerge[method] as (...all: unknown[]) => Promise<Answer<unknown>>)(...given);
      },
      [name, inputs] as const,
    )) as Answer<Output<Name>>;
    if ('error' in answer) throw new MergeFailed(answer.error as StudioErrorInfo);
    return answer.value;
  }

  hand(input: 'files' | 'snapshot', paths: string[]): Promise<void> {
    return this.page.setInputFiles(`#${input}`, paths);
  }

  /** Does what makes the page download files, and saves them: `place` says where by their names. */
  async saving<T>(work: () => Promise<T>, place: (name: string) => string): Promise<T> {
    const saves: Promise<void>[] = [];
    const save = (download: { suggestedFilename(): string; saveAs(path: string): Promise<void> }) =>
      void saves.push(download.saveAs(place(download.suggestedFilename())));
    this.page.on('download', save);
    try {
      const value = await work();
      // A download is told a moment after the page began it.
      await this.page.waitForTimeout(300);
      await Promise.all(saves);
      return value;
    } finally {
      this.page.off('download', save);
    }
  }
}
