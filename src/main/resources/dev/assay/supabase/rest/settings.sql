-- PostgREST's in-database configuration: what the login role is set to, for this database before that for all.
select distinct on (split_part(s.setting, '=', 1))
       split_part(s.setting, '=', 1),
       substr(s.setting, strpos(s.setting, '=') + 1)
from pg_catalog.pg_db_role_setting d
cross join unnest(d.setconfig) as s(setting)
where d.setrole = (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user)
  and d.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
  and (s.setting like 'pgrst.%' or s.setting like 'safeupdate.%')
order by split_part(s.setting, '=', 1), d.setdatabase desc
