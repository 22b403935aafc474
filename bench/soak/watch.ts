/** What goes wrong while nobody looks: errors, and tasks that keep the page from a click. */
import type { Page } from '@playwright/test';

interface Watched extends Window {
  longTasks: number[];
}

export class Watch {
  /** In words, each with what was done when it came. */
  readonly errors: string[] = [];
  /** The longest task of the page, in ms on the clock, and what was done then. */
  worst = { milliseconds: 0, during: 'nothing' };
  longTasks = 0;
  private doing = 'the start';

  async begin(page: Page): Promise<void> {
    page.on('pageerror', (error) => this.note(`uncaught: ${error.message}`));
    page.on('crash', () => this.note('the page crashed'));
    page.on('console', (message) => {
      if (message.type() === 'error') this.note(`console: ${message.text()}`);
    });
    await page.addInitScript(() => {
      const watched = window as unknown as Watched;
      watched.longTasks = [];
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) watched.longTasks.push(duration);
      }).observe({ type: 'longtask', buffered: true });
    });
  }

  /** From now on this is what is done. */
  now(doing: string): void {
    this.doing = doing;
  }

  note(what: string): void {
    this.errors.push(`${what} (during: ${this.doing})`);
  }

  /** Takes in what the page noted, and mistakes of the studio that it shows. */
  async look(page: Page): Promise<void> {
    const tasks = await page.evaluate(() => (window as unknown as Watched).longTasks.splice(0));
    this.longTasks += tasks.length;
    for (const milliseconds of tasks)
      if (milliseconds > this.worst.milliseconds) this.worst = { milliseconds, during: this.doing };
    const mistakes = page.locator('[data-testid=error-note][data-kind=bug]');
    for (const text of await mistakes.allTextContents()) this.note(`shown: ${text}`);
  }
}
