/** What a page notes of its own first second. Times in ms since the navigation began. */
import type { Page } from '@playwright/test';

export interface Watched {
  firstPaint: number;
  /** The first demo's button is on the screen. */
  visible: number;
  /** It can be pressed. */
  enabled: number;
  /** The backend is chosen. */
  backend: number;
  /** When each task of more than 50 ms of the page's thread ended. */
  longTasks: number[];
  /** Scripts, in the order in which they arrived. */
  scripts: { url: string; arrived: number }[];
}

interface Noted extends Window {
  noted: Pick<Watched, 'visible' | 'enabled' | 'backend' | 'longTasks'>;
}

/** Begins to note, from the first script of the next page on. */
export const watchFromTheStart = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const noted: Noted['noted'] = { visible: 0, enabled: 0, backend: 0, longTasks: [] };
    (window as unknown as Noted).noted = noted;
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) noted.longTasks.push(startTime + duration);
    }).observe({ type: 'longtask', buffered: true });
    const look = () => {
      const button = document.querySelector<HTMLButtonElement>('[data-testid=demo-mlp]');
      const backend = document.querySelector('[data-testid=backend-label]')?.textContent;
      const now = performance.now();
      if (button?.checkVisibility()) noted.visible ||= now;
      if (noted.visible && !button?.disabled) noted.enabled ||= now;
      if (backend && !/choosing/.test(backend)) noted.backend ||= now;
      if (!noted.backend) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });

export const readNotes = (page: Page): Promise<Watched> =>
  page.evaluate(() => ({
    ...(window as unknown as Noted).noted,
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    scripts: (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
      .filter(({ name }) => name.endsWith('.js'))
      .map(({ name, responseEnd }) => ({ url: name, arrived: responseEnd })),
  }));
