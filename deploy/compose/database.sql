-- The control database of compose.yaml: run once by the image, as its administrator.
\set password `cat /run/secrets/database-password`
CREATE ROLE syncline LOGIN PASSWORD :'password';
CREATE DATABASE syncline OWNER syncline;
-- Two roles that own nothing; every transaction takes one of them, so that organizations stay apart.
CREATE ROLE syncline_tenant NOLOGIN;
CREATE ROLE syncline_service NOLOGIN;
GRANT syncline_tenant, syncline_service TO syncline;
