import { useEffect } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import type { SweepDetail } from '../../server/http/schemas/sweep.ts';
import { apiAddress } from '../data/api.ts';
import { aboutSweep, useResource } from '../data/use-resource.ts';
import { learnMetrics } from '../format/metric.ts';
import { Link } from '../routing/link.tsx';
import { useLocation } from '../routing/location.ts';
import { SWEEP_TABS } from '../routing/sweep-tabs.ts';
import { Loaded } from './loaded.tsx';
import { Marks } from './marks.tsx';
import { StateBadge } from './state-badge.tsx';
import { SweepMenu } from './sweep-menu.tsx';

interface SweepFrameProps {
  id: string;
  page: 'sweep' | 'arm' | 'runs' | 'curves' | 'explore' | 'table' | 'stages' | 'probe';
  children: (sweep: SweepDetail) => ComponentChildren;
}

/** What all pages of a sweep have in common: the name, the state and the links to the other pages. */
export function SweepFrame({ id, page, children }: SweepFrameProps) {
  useLocation(); // links carry what is chosen
  const sweep = useResource<SweepDetail>(`sweeps/${id}`, aboutSweep(id));
  const name = sweep.value?.name;
  useEffect(() => {
    if (name !== undefined) document.title = `${name} (${id}) · ${labelOf(page)} · Cosweep`;
  }, [name, page]);
  return (
    <Loaded resource={sweep} what={`sweep ${id}`} isPage>
      {(detail) => {
        learnMetrics(detail.metricList);
        return (
          <>
            <header class="page-head">
              <p class="crumbs">
                <Link to="">Sweeps</Link> / {detail.id}
                <a class="report-link" href={apiAddress(`sweeps/${id}/report`)} download title="One HTML file">
                  Report
                </a>
              </p>
              <h1>
                <bdi>{detail.name}</bdi>{' '}
                <StateBadge state={detail.cancelling ? 'cancelling' : detail.state} words={detail.standing} />
              </h1>
              {detail.description !== null && <p class="lead">{detail.description}</p>}
              <Marks path={`sweeps/${id}`} what={`sweep ${id}`} mark={detail.mark}>
                <SweepMenu sweep={detail} />
              </Marks>
            </header>
            <nav class="tabs" aria-label="Pages of this sweep">
              {SWEEP_TABS.map((tab) => (
                <Link key={tab.page} to={`sweeps/${id}${tab.path}`} current={tab.page === page}>
                  {tab.label}
                </Link>
              ))}
            </nav>
            {children(detail)}
          </>
        );
      }}
    </Loaded>
  );
}

function labelOf(page: SweepFrameProps['page']): string {
  return SWEEP_TABS.find((tab) => tab.page === page)?.label ?? 'Arm';
}
