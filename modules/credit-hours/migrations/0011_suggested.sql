-- What the conversion rules make of a declaration.

alter table declaration add column item text not null default '';        -- 种类 within the kind
alter table declaration add column quantity integer not null default 0;  -- 数量 in tenths: days, courses, modules
alter table declaration add column suggested integer;                    -- tenths, when it was submitted; none: no rule
alter table declaration add column suggestion text not null default '';  -- JSON: rule and result as it was submitted
