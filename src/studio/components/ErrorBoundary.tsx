import type { ReactNode } from 'react';
import { Component } from 'react';
import type { StudioErrorInfo } from '../../engine/errors.ts';
import { errorInfo } from '../../worker/client.ts';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  children: ReactNode;
}

interface State {
  info: StudioErrorInfo | null;
}

/** When a part of the page cannot be drawn, says so in its place; the rest stays. */
export class ErrorBoundary extends Component<Props, State> {
  override readonly state: State = { info: null };

  static getDerivedStateFromError(error: unknown): State {
    return { info: errorInfo(error) };
  }

  override render(): ReactNode {
    return this.state.info ? <ErrorNote info={this.state.info} /> : this.props.children;
  }
}
