-- What people register beside what a spreadsheet brings (domain.md 3.1).

alter table person add column native_place text not null default '';  -- 籍贯
alter table person add column employment text not null default '';    -- 用工类型, dictionary code
alter table person add column address text not null default '';       -- 通讯地址
alter table person_version add column native_place text not null default '';
alter table person_version add column employment text not null default '';
alter table person_version add column address text not null default '';
