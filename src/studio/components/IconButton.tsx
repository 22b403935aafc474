import type { ButtonHTMLAttributes } from 'react';
import type { IconName } from './Icon.tsx';
import { Icon } from './Icon.tsx';

interface Props extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'aria-label' | 'children'> {
  icon: IconName;
  /** What it does, for screen readers and as a tooltip. */
  label: string;
}

export function IconButton({ icon, label, ...rest }: Props) {
  return (
    <button type="button" className="icon-button" aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
