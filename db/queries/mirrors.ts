/** Mirrored re-asks: own judgements asked again, sides swapped by the lease. */
import { sql } from "drizzle-orm";
import type { Tx } from "../client";
import { selectRows } from "./rows";

/** Mirrored items that wait for one annotator in one campaign; the queue mixes them in by the campaign's share. */
const STOCK = 5;

/**
 * Tops up what waits for each annotator, never above the campaign's share of their judgements there. Picks by id, which is random,
 * among standing judgements that are old enough. How many by project.
 */
export const createMirrors = (tx: Tx): Promise<{ projectId: string; items: number }[]> =>
  selectRows(
    tx,
    sql`
    with shares as (
      select q.campaign_id, q.user_id, c.mirror_after_days, sum(q.judgements) * c.mirror_share as wanted
      from quality_days q join campaigns c on c.id = q.campaign_id and c.state = 'open' and c.mirror_share > 0
        join projects p on p.id = c.project_id and p.archived_at is null
        join project_members m on m.project_id = c.project_id and m.user_id = q.user_id
      group by 1, 2, 3, c.mirror_share
    ), missing as (
      select s.campaign_id, s.user_id, s.mirror_after_days,
        least(floor(s.wanted)::int - count(i.id)::int, ${STOCK}::int - (count(i.id) filter (where i.state = 'open' and i.slots_remaining > 0))::int) as n
      from shares s left join items i on i.mirror_of_id is not null and i.reserved_for = s.user_id and i.campaign_id = s.campaign_id
      group by 1, 2, 3, s.wanted
    ), picked as (
      select k.* from missing m cross join lateral (
        select c.id as comparison_id, c.user_id, i.*
        from comparisons c join items i on i.id = c.item_id and i.purpose = 'work' and i.campaign_id = m.campaign_id
          and i.state in ('open', 'done')
        where c.user_id = m.user_id and c.source = 'annotator' and c.created_at < now() - make_interval(days => m.mirror_after_days)
          and not exists (select 1 from comparisons newer where newer.supersedes_id = c.id)
          and not exists (select 1 from items asked where asked.mirror_of_id = c.id)
        order by c.id limit greatest(m.n, 0)
      ) k where m.n > 0
    ), made as (
      insert into items (project_id, campaign_id, kind, purpose, reserved_for, mirror_of_id, language, category, attack_vector, prompt_id,
        dialogue_id, context_message_id, response1_id, response2_id, pair_probability, turn, overlap, slots_remaining)
      select project_id, campaign_id, 'pair', 'mirror', user_id, comparison_id, language, category, attack_vector, prompt_id,
        dialogue_id, context_message_id, response1_id, response2_id, pair_probability, turn, 1, 1
      from picked on conflict do nothing returning project_id
    )
    select project_id as "projectId", count(*)::int as items from made group by 1`,
  );

/** A judgement that was replaced is not asked again: its mirrored item is withdrawn unless somebody is at it. */
export const withdrawMirrors = (tx: Tx): Promise<{ projectId: string; items: number }[]> =>
  selectRows(
    tx,
    sql`
    with gone as (
      update items i set state = 'withdrawn'
      where i.mirror_of_id is not null and i.purpose = 'mirror' and i.state = 'open' and i.slots_remaining = i.overlap
        and exists (select 1 from comparisons newer where newer.supersedes_id = i.mirror_of_id)
      returning i.project_id
    )
    select project_id as "projectId", count(*)::int as items from gone group by 1`,
  );
