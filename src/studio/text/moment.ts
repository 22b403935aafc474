/** Moments in words. */

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

/** "today 14:05", "yesterday 14:05", "3 March, 14:05", "3 March 2025, 14:05". */
export function momentText(moment: Date, now: Date): string {
  const time = clock.format(moment);
  const isOn = (daysAgo: number) => {
    const other = new Date(now.getFullYear(), now.getMonth(), now.getDate() - daysAgo);
    return other.toDateString() === moment.toDateString();
  };
  if (isOn(0)) return `today ${time}`;
  if (isOn(1)) return `yesterday ${time}`;
  const date = moment.getFullYear() === now.getFullYear() ? day : dayOfYear;
  return `${date.format(moment)}, ${time}`;
}
