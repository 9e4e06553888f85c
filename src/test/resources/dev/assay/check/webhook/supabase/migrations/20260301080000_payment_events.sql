create table public.payment_events (
  id text primary key,
  type text not null,
  received_at timestamptz not null default now()
);
alter table public.payment_events enable row level security;
