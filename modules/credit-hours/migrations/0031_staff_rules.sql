-- A unit's declaration stands under the conversion rules and the evidence slots, like a person's.

alter table staff_declaration add column item text not null default '';        -- 种类 within the kind
alter table staff_declaration add column rank text not null default '';        -- 排名, the same for all of its roster
alter table staff_declaration add column quantity integer not null default 0;  -- 数量 in tenths: days, courses, modules
alter table staff_declaration add column suggestion text not null default '';  -- JSON: rule and result as it was submitted
alter table staff_file add column slot text not null default '';               -- a slot of the kind of learning, or 其他材料
