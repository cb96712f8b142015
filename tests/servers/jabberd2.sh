#!/bin/bash
# jabberd2.sh start DIR [PORT] | stop DIR - a private jabberd2; see README.md.
#
# Three programs: the router (on PORT + 2), the session manager and the
# client connector.  Accounts are in an SQLite database made with python3.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

modules=$(echo /usr/lib/*/jabberd2)

log() { # NAME
    echo "<log type='file'><file>$dir/$1.log</file></log>"
}

database() {
    echo "<sqlite><dbname>$dir/sqlite.db</dbname><sql>PRAGMA synchronous = OFF;</sql>
        <busy-timeout>2000</busy-timeout><password_type><plaintext/></password_type></sqlite>"
}

router_client() {
    echo "<router><ip>127.0.0.1</ip><port>$router_port</port>
        <user>jabberd</user><pass>router-secret</pass>
        <retry><init>20</init><lost>3</lost><sleep>1</sleep></retry></router>"
}

router_config() {
    cat <<CONFIG
<router><id>router</id>$(log router)
<local><ip>127.0.0.1</ip><port>$router_port</port>
  <users>$dir/router-users.xml</users><secret>router-secret</secret></local>
<io><max_fds>1024</max_fds><access><order>allow,deny</order></access></io>
<aci><acl type='all'><user>jabberd</user></acl><filter>$dir/router-filter.xml</filter></aci>
</router>
CONFIG
}

c2s_config() {
    local id="pemfile='$dir/jabberd2.pem' cachain='$certs/ca.pem' verify-mode='1'"
    cat <<CONFIG
<c2s><id>c2s</id>$(router_client)$(log c2s)
<local><id realm='$domain' $id>$domain</id><id realm='localhost' $id>localhost</id>
  <id realm='anon.$domain' $id authreg-module='anon'>anon.$domain</id>
  <ip>127.0.0.1</ip><port>$port</port><ssl-port>$tls_port</ssl-port>
  <pemfile>$dir/jabberd2.pem</pemfile><cachain>$certs/ca.pem</cachain>
  <verify-mode>1</verify-mode></local>
<io><max_fds>1024</max_fds><limits><stanzasize>262144</stanzasize></limits>
  <access><order>allow,deny</order></access></io>
<authreg><path>$modules</path><module>sqlite</module>
  <mechanisms><traditional/><sasl/></mechanisms>
  <ssl-mechanisms><traditional/>
    <sasl><plain/><digest-md5/><scram-sha-1/><scram-sha-256/>
      <external/><anonymous/></sasl></ssl-mechanisms>
  $(database)</authreg>
</c2s>
CONFIG
}

chain() { # NAME MODULE...
    echo "<chain id='$1'>"
    shift
    printf '<module>%s</module>' "$@"
    echo "</chain>"
}

sm_config() {
    cat <<CONFIG
<sm><id>sm</id>$(router_client)$(log sm)
<local><id>$domain</id><id>localhost</id><id>anon.$domain</id></local>
<storage><path>$modules</path><driver>sqlite</driver>$(database)</storage>
<modules><path>$modules</path>
$(chain sess-start status)
$(chain sess-end status)
$(chain in-sess validate status roster iq-ping disco offline presence deliver)
$(chain out-sess)
$(chain in-router session validate presence)
$(chain out-router)
$(chain pkt-sm iq-ping iq-version disco status presence)
$(chain pkt-user roster presence deliver offline)
$(chain pkt-router session disco)
$(chain user-load active roster)
$(chain user-create active)
$(chain user-delete active offline roster status)
$(chain disco-extend iq-version)
</modules>
<discovery><identity><category>server</category><type>im</type></identity></discovery>
<user><auto-create/></user><offline/><roster/><status/></sm>
CONFIG
}

make_database() {
    /usr/bin/python3 - "$dir/sqlite.db" "$domain" "$users" <<'PYTHON'
import gzip, sqlite3, sys

path, domain, users = sys.argv[1:]
database = sqlite3.connect(path)
schema = '/usr/share/doc/jabberd2/db-setup.sqlite.gz'
database.executescript(gzip.open(schema, 'rt').read())
for host in domain, 'localhost':
    for user in users.split():
        database.execute('insert into authreg (username, realm, password)'
                         ' values (?, ?, ?)', (user, host, 'secret-' + user))
database.commit()
PYTHON
}

start() {
    router_port=$((port + 2))
    cat "$cert.pem" "$cert.key" >"$dir/jabberd2.pem"
    echo "<users><user><name>jabberd</name><secret>router-secret</secret></user></users>" \
        >"$dir/router-users.xml"
    echo "<filter/>" >"$dir/router-filter.xml"
    router_config >"$dir/router.xml"
    c2s_config >"$dir/c2s.xml"
    sm_config >"$dir/sm.xml"
    rm -f "$dir"/*.log
    [ -f "$dir/sqlite.db" ] || make_database

    launch router jabberd2-router -c "$dir/router.xml"
    await jabberd2-router listens "$router_port"
    launch sm jabberd2-sm -c "$dir/sm.xml"
    await jabberd2-sm grep -qs 'ready for sessions' "$dir/sm.log"
    launch c2s jabberd2-c2s -c "$dir/c2s.xml" # who shares the database: not at once
    await jabberd2-c2s listens "$port"
    await jabberd2-c2s listens "$tls_port"
    sleep 0.2 # a connection that races another's end gets an internal error
}

needs jabberd2-router
main "$@"
