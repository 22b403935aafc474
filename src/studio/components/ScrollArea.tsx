import type { ReactNode } from 'react';

interface Props {
  /** What scrolls, for those who do not see it. */
  label: string;
  className?: string;
  children: ReactNode;
}

/** What is wider than the page scrolls in itself, by keys too. */
export function ScrollArea({ label, className = 'table-scroll', children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached without a pointer
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
