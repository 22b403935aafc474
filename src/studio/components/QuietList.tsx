interface Props {
  /** What is listed, with how many. */
  summary: string;
  items: readonly string[];
}

const mostShown = 200;

/** A folded list of texts; nothing when there are none. */
export function QuietList({ summary, items }: Props) {
  if (items.length === 0) return null;
  return (
    <details className="quiet-details quiet-list">
      <summary>{summary}</summary>
      <ul className="hint">
        {items.slice(0, mostShown).map((item) => (
          <li key={item}>{item}</li>
        ))}
        {items.length > mostShown && <li>and {items.length - mostShown} more</li>}
      </ul>
    </details>
  );
}
