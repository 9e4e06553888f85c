-- The roles that the session may become, each with those of its settings that any user may set.
select r.rolname,
       array(select s.setting
             from pg_catalog.pg_db_role_setting d
             cross join unnest(d.setconfig) as s(setting)
             join pg_catalog.pg_settings g on g.name = split_part(s.setting, '=', 1) and g.context = 'user'
             where d.setrole = r.oid
               and d.setdatabase in (0, (select oid from pg_catalog.pg_database where datname = current_database()))
             order by d.setdatabase)
from pg_catalog.pg_roles r
where pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER') and r.rolname <> session_user
