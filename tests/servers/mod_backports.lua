-- mod_backports.lua - what clients meet on later releases of Prosody, for 0.12.
--
-- 1. Channel binding with tls-exporter (RFC 9266), tls-server-end-point (RFC
--    5929) and, over TLS 1.2, tls-unique, and the list of them (XEP-0440).
--    The option channel_bindings restricts it; 0.12 itself knows tls-unique.
-- 2. What mod_sasl2, _bind2 and _fast of the community modules expect and 0.12
--    lacks: ssl_info() of a connection, the attributes of the stream header in
--    the event stream-features, get_child_attr() of a stanza, times with
--    fractions.  And after a <failure/> another attempt on the same stream, and
--    no offer to bind where Bind 2 has done so.
module:set_global();

local datetime = require "util.datetime";
local filters = require "util.filters";
local hex = require "util.hex";
local sasl = require "util.sasl";
local ssl = require "ssl";
local st = require "util.stanza";

local wanted = module:get_option_set("channel_bindings",
	{ "tls-exporter", "tls-server-end-point", "tls-unique" });

---- channel binding

-- RFC 5929, 4.1: the hash is that of the signature, at least SHA-256; there is
-- none for Ed25519.
local function end_point(path)
	local file = io.open(path);
	local certificate = ssl.loadcertificate(file:read("a"));
	file:close();
	local signature = certificate:getsignaturename():lower();
	if signature:find("ed25519") then return nil; end
	local hash = signature:match("sha384") or signature:match("sha512") or "sha256";
	return hex.decode(certificate:digest(hash));
end

local end_point_data = end_point(module:get_option("ssl").certificate);

-- SASL handlers hold the data of a binding, or what makes it, in profile.cb.
-- SOCKET goes with the connection, so these outlive a failed attempt.
local function bindings_of(socket)
	local made = {};
	local new = socket:info().protocol == "TLSv1.3";
	made["tls-exporter"] = new and function ()
		return socket:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, "");
	end or nil;
	made["tls-unique"] = not new and function ()
		return socket:getpeerfinished();
	end or nil;
	made["tls-server-end-point"] = end_point_data and function ()
		return end_point_data;
	end;
	return made;
end

-- mod_saslauth and mod_sasl2 ask a SASL handler for its mechanisms when all
-- about the connection is known; userdata["tls-unique"] is the TLS socket, or
-- the connection that has it.
local handler = getmetatable(sasl.new("", {})).__index;
local mechanisms = handler.mechanisms;

function handler:mechanisms()
	local connection = self.userdata and self.userdata["tls-unique"];
	if connection then
		local socket = connection.info and connection or connection:socket();
		local cb = {};
		for name, data in pairs(bindings_of(socket)) do
			if wanted:contains(name) then cb[name] = data; end
		end
		self.profile.cb = next(cb) and cb or nil;
	end
	return mechanisms(self);
end

local function upvalue(f, name_wanted)
	for i = 1, math.huge do
		local name, value = debug.getupvalue(f, i);
		if name == nil or name == name_wanted then return value; end
	end
end

-- Which bindings each mechanism takes is a local table of util.sasl.
local takes = upvalue(sasl.registerMechanism, "mechanism_channelbindings");
for _, mechanism in ipairs { "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS" } do
	for binding in wanted do
		takes[mechanism][binding] = true;
	end
end

local function announce_bindings(event)
	local session = event.origin;
	local offered = session.sasl_handler and session.sasl_handler.profile.cb;
	if session.username or not offered then return; end
	event.features:tag("sasl-channel-binding", { xmlns = "urn:xmpp:sasl-cb:0" });
	for name in pairs(offered) do
		event.features:tag("channel-binding", { type = name }):up();
	end
	event.features:up();
end

---- SASL 2

-- A session calls stream_attrs() while it writes its header; TO is what the
-- client wrote as "from" in its own.
local function remember_from(session, _, to)
	session.header = { from = to };
end

filters.add_filter_hook(function (session)
	if session.type ~= "c2s_unauthed" then return; end
	session.stream_attrs = remember_from;
	local connection = getmetatable(session.conn).__index;
	function connection:ssl_info()
		local socket = self:socket();
		return socket.info and socket:info();
	end
end);

local function tell_header(event)
	event.stream = event.origin.header;
end

-- The handler of <auth/>, which mod_sasl2 uses too and mod_sasl2_fast replaces.
local function keep_handler(event)
	event.origin.first_handler = event.origin.sasl_handler;
end

local function renew_handler(event)
	local session = event.session;
	session.sasl_handler = session.first_handler:clean_clone();
end

local function spare_bound(event)
	if not event.origin.full_jid then return; end
	event.features:remove_children("bind", "urn:ietf:params:xml:ns:xmpp-bind");
	event.features:remove_children("session", "urn:ietf:params:xml:ns:xmpp-session");
end

local stanza = st.stanza_mt.__index;
function stanza:get_child_attr(name, xmlns, attribute)
	local child = self:get_child(name, xmlns);
	return child and child.attr[attribute];
end

local datetime_of = datetime.datetime;
function datetime.datetime(time)
	return datetime_of(time and math.floor(time));
end

function module.add_host(host)
	host:hook("stream-features", tell_header, 1000);
	host:hook("stream-features", announce_bindings, -1000); -- after mod_saslauth
	host:hook("stream-features", keep_handler, -1000);
	host:hook("stream-features", spare_bound, -1000);
	host:hook("sasl2/c2s/failure", renew_handler, 1000);
end
