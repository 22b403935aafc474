/** Two sheets that meet in one fold. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M2 6l10 5v10L2 16z" fill="var(--source-0)" />
      <path d="M22 6l-10 5v10l10-5z" fill="var(--source-1)" />
      <path d="M2 6l5-2.5L12 6l5-2.5L22 6l-10 5z" fill="var(--accent)" opacity="0.25" />
    </svg>
  );
}
