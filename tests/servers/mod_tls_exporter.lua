-- mod_tls_exporter.lua - channel binding over TLS 1.3 for Prosody 0.12.
--
-- Prosody 0.12 knows only tls-unique, which TLS 1.3 does not have, and so
-- offers no SCRAM-*-PLUS there.  This adds tls-exporter (RFC 9266) as later
-- releases have it, and announces it (XEP-0440).
module:set_global();

local sasl = require "util.sasl";

-- Which bindings each mechanism takes is a local table of util.sasl.
local function upvalue(f, wanted)
	for i = 1, math.huge do
		local name, value = debug.getupvalue(f, i);
		if name == nil or name == wanted then return value; end
	end
end

local bindings = upvalue(sasl.registerMechanism, "mechanism_channelbindings");
bindings["SCRAM-SHA-1-PLUS"]["tls-exporter"] = true;
bindings["SCRAM-SHA-256-PLUS"]["tls-exporter"] = true;

-- mod_saslauth asks a SASL handler for its mechanisms when all about the
-- connection is known; userdata["tls-unique"] is the TLS socket.
local handler = getmetatable(sasl.new("", {})).__index;
local mechanisms = handler.mechanisms;

function handler:mechanisms()
	local socket = self.userdata and self.userdata["tls-unique"];
	local info = socket and socket.info and socket:info();
	if info and info.protocol == "TLSv1.3" then
		self:add_cb_handler("tls-exporter", function ()
			return socket:exportkeyingmaterial("EXPORTER-Channel-Binding", 32, "");
		end);
	end
	return mechanisms(self);
end

function module.add_host(host)
	host:hook("stream-features", function (event)
		local sasl_handler = event.origin.sasl_handler;
		local offered = sasl_handler and sasl_handler.profile.cb;
		if event.origin.username or not offered then return; end
		event.features:tag("sasl-channel-binding", { xmlns = "urn:xmpp:sasl-cb:0" });
		for name in pairs(offered) do
			event.features:tag("channel-binding", { type = name }):up();
		end
		event.features:up();
	end, -1000); -- after mod_saslauth
end
