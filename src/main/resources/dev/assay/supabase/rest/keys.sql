-- Primary and unique keys, and foreign keys with both their sides; a partition's copies of its parent's are left out.
select k.conrelid::bigint,
       k.contype::text,
       k.conname,
       array(select a.attname::text
             from unnest(k.conkey) with ordinality as u(num, at)
             join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num
             order by u.at),
       k.confrelid::bigint,
       array(select a.attname::text
             from unnest(k.confkey) with ordinality as u(num, at)
             join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num
             order by u.at)
from pg_catalog.pg_constraint k
where k.contype in ('p', 'u') or (k.contype = 'f' and k.conparentid = 0)
order by k.conname, k.conrelid
