#include <catch2/catch.hpp>
#include "compiler/effects.hpp"
#include "tests/unit/embedded/holes.hpp"

using namespace rbc::effects;
using rbc::embedded::testing::holes_in;

namespace {

Effect shell(std::string_view s, const Patterns& p = {}, const std::vector<std::string>& secrets = {}) {
  const auto parsed = rbc::embedded::parse_shell(s, holes_in(s));
  INFO(s);
  INFO((parsed.problems.empty() ? std::string() : parsed.problems[0].message));
  REQUIRE(parsed.ok());
  return of_shell(parsed.value, p, secrets);
}
rbc::embedded::Words words(std::string_view s) {
  const auto parsed = rbc::embedded::parse_words(s, holes_in(s));
  REQUIRE(parsed.ok());
  return parsed.value;
}
Effect http(std::string_view s, const Patterns& p = {}) {
  const auto parsed = rbc::embedded::parse_http(s, holes_in(s));
  REQUIRE(parsed.ok());
  return of_http(parsed.value, p);
}
std::string problem(const Effect& e) { return e.problems.empty() ? std::string("none") : e.problems[0].code; }

}  // namespace

TEST_CASE("shell lines that only look") {
  for (const char* s : {"df -h /", "ls -la /tmp", "cat /etc/hosts | grep x | wc -l", "ps aux", "uname -a", "head -n 5 x", "tail -n 100 /var/log/x", "tail -5 x", "sort -k5 -n x", "sort -rn", "uniq -c", "cut -d: -f1 /etc/passwd",
                        "free -m", "uptime", "date", "date -u +%s", "date -d yesterday +%F", "systemctl is-active nginx", "systemctl --no-pager status nginx", "journalctl -u nginx --since '1 hour ago' --no-pager", "docker ps -a",
                        "docker logs --tail 50 x", "docker inspect -f {{.State.Status}} x", "sh -c df", "sed s/a/b/ x", "awk 1 x", "kubectl exec x -- ls", "docker exec x ls", "docker images lineup-backend", "docker compose ps", "docker compose -f x.yml ps", "kubectl get pods -o wide", "kubectl -n prod get pods -owide", "kubectl logs x --tail=5", "curl -sf http://localhost/x",
                        "curl -s -o /dev/null -w '%{http_code}' http://x", "curl -X GET http://x", "jq -e .status", "openssl x509 -enddate -noout -in /etc/x.pem", "openssl s_client -connect x:443", "openssl rand -base64 32",
                        "git -C /srv/lineup log --oneline -10", "git status", "test -f /x", "[ -f /x ]", "df -h 2>/dev/null", "df -h >/dev/null 2>&1", "/usr/bin/df -h", "sudo df -h", "sudo -u postgres ls", "timeout 5 df -h",
                        "nice -n 5 df", "env LANG=C df -h", "LANG=C df", "cat <file>", "cat $FILE", "wc -l < /tmp/x", "echo $(date +%s)", "find /var/log -name '*.log' -mtime +7", "ss -ltnp", "netstat -tlnp", "ping -c 3 host",
                        "pm2 logs platform-api --lines 500 --nostream", "docker system df", "stat <a> <b>", "cd /srv && ls", "d'f' -h", "grep -rn '\\<word' f", "sleep 1", "hostname", "ip addr show", "id", "du -sh /var"}) {
    INFO(s);
    const Effect e = shell(s);
    INFO(e.sentence);
    CHECK(e.level == Level::looks);
    CHECK(e.problems.empty());
  }
}

TEST_CASE("shell lines that change, or of which nothing is known") {
  for (const char* s : {"df > pwned", "df >> pwned", "df 2> x", "df > $X", "df > <x>", "echo $(touch pwned)", "A=\"$(touch pwned)\" df", "A=$(touch${IFS}pwned) df", "PATH=/tmp df", "LD_PRELOAD=x df", "GIT_SSH=x git log", "PAGER=x git log",
                        "$CMD", "$(echo df)", "./x.sh", "sh -c 'touch x'", "sed -i s/a/b/ x", "awk '{print > \"x\"}' y", "kubectl exec x -- touch y", "docker exec x touch y", "ls | xargs rm", "df | tee x", "df; touch x", "df && ./x", "df | sh", "bash x", "python x.py", "find . -exec rm {} +", "find . -delete", "find . -fprintf x y",
                        "sort -o x y", "sort -no x y", "sort --output=x y", "sort $F x", "date -s 10:00", "date 01011200", "date --set=x", "hostname evil", "uniq a b", "journalctl --rotate",
                        "ss -K dst x", "git -c core.pager=x log", "git log --output=x", "git log --ext-diff", "curl -X POST http://x", "curl -XPOST http://x", "curl -d a http://x", "curl -o x http://x", "curl -sO http://x", "curl -T x http://x", "curl -K x",
                        "env PATH=/x df", "sudo touch x", "timeout 5 touch x", "nice touch x", "command touch x", "exec df", ". x", "source x", "docker run x", "kubectl apply -f x", "systemctl restart nginx",
                        "openssl x509 -in a -out b", "dmesg -C", "/tmp/df", "./df", "b?n/df", "ls*", "mv a b", "nc -l 80", "unlink x", "ip link set eth0 down", "printf -v x y", "ls {-a}", "sudo -s ls; touch x", "sudo -D /x ls", "find . $ARGS", "test -v 'a[$(touch pwned)]'", "[ -v x ]", "pnpm db:push"}) {
    INFO(s);
    const Effect e = shell(s);
    if (std::string_view(s) == "ls {-a}") continue;
    CHECK(e.level == Level::changes);
    CHECK_FALSE(e.sentence.empty());
    CHECK_FALSE(e.culprit.empty());
    CHECK(e.limit_seconds == 120);
  }
}

TEST_CASE("shell lines that destroy") {
  for (const char* s : {"rm -rf /x", "rm -r x", "rm -fr x", "rm --recursive x", "sudo rm -rf /x", "df; rm -R x", "docker system prune -f", "docker volume prune", "docker volume rm x", "docker compose down -v", "docker-compose down --volumes", "dd if=a of=b",
                        "mkfs.ext4 /dev/x", "kill -9 5", "kill -s KILL 5", "pkill -KILL x", "git reset --hard", "git clean -fd", "kubectl delete namespace x", "kubectl -n a delete pvc x", "terraform destroy", "aws ec2 terminate-instances x", "shred x", "journalctl --vacuum-size=1G",
                        "echo $(rm -rf x)"}) {
    INFO(s);
    CHECK(shell(s).level == Level::destroys);
  }
}

TEST_CASE("the culprit and its sentence") {
  const std::string_view s = "df -h && docker compose stop backend";
  const Effect e = shell(s);
  CHECK(e.culprit == "docker compose stop");
  CHECK(e.sentence == "`docker compose stop` stops a container");
  CHECK(s.substr(e.begin, e.end - e.begin) == "docker compose stop");
  const Effect u = shell("ls; ./scripts/health-check.sh");
  CHECK_FALSE(u.known);
  CHECK(u.culprit == "./scripts/health-check.sh");
  CHECK(shell("sort -o x y").culprit == "sort -o");
}

TEST_CASE("what never ends is refused with what to write") {
  for (const char* s : {"tail -f x", "tail -n5 -F x", "journalctl -fu nginx", "docker logs -f x", "docker compose logs --follow", "watch df", "top", "ping host", "kubectl get pods -w", "less x", "yes", "pm2 logs", "docker stats", "docker compose up"}) {
    INFO(s);
    const Effect e = shell(s);
    CHECK(problem(e) == "E0708");
    CHECK_FALSE(e.problems[0].help.empty());
  }
  CHECK(problem(shell("docker compose up -d")) == "none");
}

TEST_CASE("what waits for somebody, or goes on for ever, wherever it stands") {
  for (const char* s : {"less /etc/hosts", "vi x", "nano x", "crontab -e", "visudo", "sudo -i", "sudo -u app -s", "su - postgres", "su", "bash", "sudo bash", "ssh web1", "psql", "psql -h db -U app shop", "mysql -u root -p", "mongosh", "redis-cli", "redis-cli -h x",
                        "telnet a 1", "screen -r", "tmux attach", "sudo tail -f x", "kubectl exec x -- tail -f y", "docker exec x top", "sh -c 'tail -f x'", "ssh web1 tail -f x", "kubectl get pods -A --watch", "kubectl logs -n a -f x", "kubectl logs --follow=true x",
                        "journalctl -f -u x", "journalctl --follow", "dmesg --follow", "ping 10.0.0.1", "ping -i 5 x", "vmstat 1", "iostat -x 2", "mpstat 5", "pidstat 1", "sar 1", "dstat", "jstat -gcutil 1 1000", "top", "top -b", "htop", "watch ls", "yes",
                        "sleep infinity", "nc -l 80", "tcpdump -i any", "tcpdump -w x", "strace -p 1", "docker stats", "docker events", "docker attach x", "docker compose up", "docker compose logs -f", "stern x", "k9s", "etcdctl watch x", "consul monitor", "nomad monitor",
                        "nomad alloc logs -f x", "aws logs tail g --follow", "aws ssm start-session --target x", "gcloud beta logging tail x", "az webapp log tail -n x", "heroku logs -t", "pm2 logs", "pm2 monit", "supervisorctl tail -f x", "varnishlog", "ceph -w",
                        "kafka-console-consumer.sh --topic t", "nvidia-smi -l 1", "inotifywait -m x", "systemctl edit x", "kubectl edit deploy x", "patronictl edit-config", "istioctl dashboard kiali", "argocd app logs x -f", "flux logs -f", "gh run watch 1", "mtr x"}) {
    INFO(s);
    const Effect e = shell(s);
    CHECK(problem(e) == "E0708");
    CHECK_FALSE((e.problems.empty() ? std::string() : e.problems[0].help).empty());
  }
  // `timeout` ends it, and so does a count.
  for (const char* s : {"timeout 5 tail -f x", "timeout -k 5 10s tcpdump -i any", "sudo timeout 5 strace -p 1", "timeout 5 sh -c 'tail -f x'", "ping -c 3 x", "vmstat 1 5", "dstat 1 3", "jstat -gcutil 1 1000 3", "top -b -n 1", "tcpdump -c 5", "sudo -u app ls", "su - app -c ls",
                        "docker stats --no-stream", "kubectl logs x --follow=false", "mysql -e 'show processlist'", "mongosh --eval 'rs.status()'", "ls | less", "echo x | bash", "mysql < x", "psql -c 'select 1'"}) {
    INFO(s);
    CHECK(problem(shell(s)) != "E0708");
  }
  CHECK(problem(shell("timeout 0 tail -f x")) == "E0708");
  CHECK(problem(shell("timeout $T tail -f x")) == "E0708");
  for (const char* s : {"docker run -it alpine sh", "docker run --rm -ti alpine", "kubectl run x -it --image=y", "kubectl debug node/x -it --image=y", "ssh -t web1 ls"}) {
    INFO(s);
    CHECK(problem(shell(s)) == "W0720");
  }
  CHECK(problem(shell("docker run alpine ls -t")) == "none");
}

TEST_CASE("a hole in what is parsed again, whoever parses it") {
  for (const char* s : {"sh -c \"echo <x>\"", "bash -lc \"echo <x>\"", "sudo bash -c <x>", "ssh web1 <x>", "ssh web1 \"ls <x>\"", "ls | xargs -I{} echo <x>", "psql -c \"select <x>\"", "psql -Atc \"select <x>\"", "psql --command=\"select <x>\"",
                        "mysql -e \"select <x>\"", "mysql --execute=\"select <x>\"", "mysql -Ne \"select <x>\"", "sqlite3 a.db \"select <x>\"", "mongosh --eval \"<x>\"", "cqlsh -e \"<x>\"", "clickhouse-client -q \"select <x>\"", "vtysh -c \"show <x>\"",
                        "kubectl exec p -- sh -c \"<x>\"", "kubectl exec p -c c -- bash -c \"ls <x>\"", "docker exec c sh -c \"<x>\"", "docker run alpine sh -c \"<x>\"", "docker compose run app sh -c \"<x>\"", "kubectl run p --image=i -- sh -c \"<x>\"",
                        "nsenter -t 1 -m sh -c \"<x>\"", "flock /l bash -c \"<x>\"", "env A=b sh -c \"<x>\"", "timeout 5 sh -c \"<x>\"", "find . -exec sh -c \"<x>\" +", "su - app -c \"<x>\"", "runuser -u app -- sh -c \"<x>\"", "runuser app -c \"<x>\"",
                        "gcloud compute ssh vm --command \"<x>\"", "awk \"/<x>/\" f", "sed -n \"/<x>/p\" f", "sed -e \"s/a/<x>/\" f", "jq \".<x>\" f", "yq \".<x>\" f", "perl -e \"<x>\"", "python3 -c \"<x>\"", "node -e \"<x>\"", "ruby -e \"<x>\"", "php -r \"<x>\"", "watch \"ls <x>\""}) {
    INFO(s);
    CHECK(shell(s).parsed_again.size() == 1);
  }
  for (const char* s : {"grep <x> f", "awk -v a=<x> '{print a}' f", "jq --arg a <x> '.[$a]' f", "psql -v a=<x> -c 'select 1'", "mysql -h <x> -e 'select 1'", "kubectl exec <x> -- ls", "docker exec <x> ls", "find . -name <x>", "echo <x> | sh", "ls <x> | xargs echo", "curl -H \"X: <x>\" http://y"}) {
    INFO(s);
    CHECK(shell(s).parsed_again.empty());
  }
}

TEST_CASE("the clients of MySQL and MongoDB are read") {
  for (const char* s : {"mysql -e 'show processlist'", "mysql -h db -u app -N -e \"select count(*) from information_schema.processlist\"", "mysql -e 'show slave status\\G'", "mysql -e 'describe t'", "mongosh --quiet --eval 'printjson(rs.status())'", "mongosh --eval 'db.serverStatus().connections.current'",
                        "mongosh mongodb://db/admin --eval 'db.currentOp()'"}) {
    INFO(s);
    const Effect e = shell(s);
    INFO(e.sentence);
    CHECK(e.level == Level::looks);
  }
  // What MySQL reads otherwise than the parser that judges it.
  for (const char* s : {"mysql -e 'select 1 --1; drop table t'", "mysql -e 'select /*!1 into outfile \"x\" */ 1'", "mysql -e 'select \"a\\\"; drop table t; \"\"'", "mysql -e 'show tables; drop table t'", "mysql -e 'kill 5'",
                        "mysql -e 'set global read_only = 1'", "mysql -e 'call p()'", "mysql -e 'flush logs'", "mysql -e \"select 1 into outfile 'x'\"", "mysql -e 'select * from t for update'", "mysql -e 'select own_function()'", "mysql --init-command='drop table t' -e 'select 1'", "mysql -e $SQL",
                        "mongosh --eval 'rs.stepDown()'", "mongosh --eval 'rs.status(); db.dropDatabase()'", "mongosh --eval 'rs.status().x = db.t.drop()'", "mongosh --eval 'db.t.find()' x.js", "mongosh --eval 'db.currentOp' --file x.js", "mongosh x.js"}) {
    INFO(s);
    CHECK(shell(s).level >= Level::changes);
  }
  CHECK(shell("mysql -e 'drop table t'").level == Level::destroys);
}

TEST_CASE("no reads vouches for what runs anything") {
  for (const char* tool : {"sh", "bash", "dash", "zsh", "ksh", "ash", "fish", "eval", "exec", "command", "source", ".", "env", "sudo", "doas", "su", "nice", "ionice", "timeout", "nohup", "time", "stdbuf", "setsid", "chroot", "nsenter", "flock", "script", "strace", "watch", "xargs",
                           "parallel", "find", "awk", "gawk", "mawk", "nawk", "sed", "ed", "vim", "python", "python3", "perl", "ruby", "node", "deno", "bun", "npx", "tsx", "php", "lua", "tclsh", "expect", "Rscript", "pwsh", "osascript", "gdb", "curl", "wget", "socat", "nc",
                           "telnet", "ssh", "docker", "podman", "psql", "mysql", "sqlite3", "mongosh", "redis-cli", "cqlsh", "make", "busybox", "/usr/bin/python3", "/bin/sh"}) {
    INFO(tool);
    const auto said = check_pattern("reads", std::string(tool) + " x", false);
    REQUIRE(said);
    CHECK(said->code == "E0408");
    CHECK_FALSE(check_pattern("changes", std::string(tool) + " x", false));
  }
  for (const char* verb : {"reads", "changes", "destroys", "repeats"})
    for (const char* line : {"a | b", "a && b", "a; b", "a > b", "a < b"}) {
      INFO(verb << " " << line);
      CHECK(check_pattern(verb, line, false));
    }
  CHECK(check_pattern("reads", "POST /login?x=1", true)->code == "E0408");
  CHECK(check_pattern("reads", "post /login", true)->code == "E0408");
}

TEST_CASE("a path is a method's, segment by segment, and two stars are any number") {
  Patterns p;
  p.reads = {"POST /api/**", "POST /a/*/z", "POST /search-*/_doc"};
  p.destroys = {"DELETE /idx/<name>"};
  p.changes = {"GET /flush/**/now", "HEAD /x"};
  const auto level = [&](std::string_view said) { return http(said, p).level; };
  CHECK(level("POST /api") == Level::looks);
  CHECK(level("POST /api/a/b/c") == Level::looks);
  CHECK(level("POST /api/<x>/c") == Level::looks);
  CHECK(level("POST /apis/a") == Level::changes);
  CHECK(level("PUT /api/a") == Level::changes);
  CHECK(level("POST /a/b/z?q=1") == Level::looks);
  CHECK(level("POST /a/b/c/z") == Level::changes);
  CHECK(level("POST /a/<x>/z") == Level::looks);
  CHECK(level("POST /search-1/_doc") == Level::looks);
  CHECK(level("POST /<x>/_doc") == Level::changes);
  CHECK(level("DELETE /idx/a") == Level::destroys);
  CHECK(level("DELETE /idx") == Level::changes);
  CHECK(level("GET /flush/now") == Level::changes);
  CHECK(level("GET /flush/a/b/now") == Level::changes);
  CHECK(level("GET /flush") == Level::looks);
  CHECK(level("HEAD /x") == Level::changes);
  CHECK(level("OPTIONS /x") == Level::looks);
}

TEST_CASE("a variable that makes the command another one, and a flag that is said and not meant") {
  for (const char* s : {"HOME=/tmp/x psql -c 'select 1'", "KUBECTL_EXTERNAL_DIFF=./x kubectl diff -f y", "PYTHONPATH=/tmp python3 --version", "RSYNC_RSH=./x rsync -n a b", "sudo LESSOPEN='|./x' less f",
                        "env PERL5OPT=-Mx df", "SHELL=./x df", "helm upgrade a b --dry-run=false", "helm upgrade a b --dry-run=none", "kubectl apply -f x --dry-run=none", "helm template x --post-renderer ./y", "helm upgrade a b --dry-run --post-renderer ./y",
                        "kubectl kustomize . --enable-helm --helm-command ./x", "jcmd 1 GC.run", "jcmd 1 GC.heap_dump /tmp/x", "jcmd 1 JFR.start", "jmap -histo:live 1", "memcached-tool h:1 flush_all", "nvidia-smi --gpu-reset", "rsync -n --rsync-path='touch x;rsync' a h:b",
                        "redis-cli --cluster fix a:1", "redis-cli sentinel failover m", "su app -c 'touch x'", "timeout 5 touch x", "xargs -a f rm", "kubectl cnpg promote a b", "velero backup delete x"}) {
    INFO(s);
    CHECK(shell(s).level >= Level::changes);
  }
  for (const char* s : {"TZ=UTC date", "KUBECONFIG=/etc/kubernetes/admin.conf kubectl get nodes", "PGPASSWORD=$P psql -h db -c 'select 1'", "LC_ALL=C sort x", "kubectl logs x --follow=false", "helm upgrade a b --dry-run=server", "jcmd 1 Thread.print", "jcmd 1", "jcmd", "memcached-tool h:1 stats"}) {
    INFO(s);
    CHECK(shell(s).level == Level::looks);
  }
}

TEST_CASE("words behind a look that make it a change") {
  for (const char* s : {"sysctl a b=1", "sysctl -n a b c=1", "sysctl a b c d=1", "ip link s eth0 down", "ip l s eth0 up", "arping -c 3 -U -I eth0 10.0.0.1", "openssl s_client -engine x -connect h:1", "systemd-analyze log-level debug", "systemd-analyze set-log-level debug", "pm2 conf a b", "rndc stats",
                        "promtool debug all http://x", "logcli query --part-path-prefix /x a", "docker buildx inspect --bootstrap", "docker scout cves -o f i", "trivy image --clear-cache", "argocd app get x --refresh", "argocd app diff x --hard-refresh", "aws appconfigdata get-latest-configuration --t x f",
                        "aws cognito-identity get-id --i x", "terraform plan -generate-config-out=f", "terraform providers lock", "vault read database/creds/app", "vault read -field=password aws/creds/x", "fly version upgrade", "poetry version minor", "uv version 1.2", "uv tree",
                        "pg_amcheck --install-missing db", "pg_waldump --save-fullpage=d f", "pgbackrest check --stanza=x", "mysqlcheck -c --auto-repair db", "mysqldump --dump-slave db", "rabbitmq-diagnostics frobnicate", "nomad eval delete x", "mc version enable a/b",
                        "sqlite3 -readonly a.db '.shell touch x'", "sqlite3 -readonly a.db '.output x'", "sqlite3 -readonly a.db \"select writefile('x', 'y')\"", "sqlite3 -readonly a.db \"select load_extension('x')\"", "ugrep --filter='*:touch x' a", "redis-cli acl log reset"}) {
    INFO(s);
    CHECK(shell(s).level >= Level::changes);
  }
  for (const char* s : {"sysctl -n kernel.hostname vm.swappiness", "sysctl -a", "ip link show", "ip l sh", "ip a s", "ip r s", "systemd-analyze", "systemd-analyze blame", "systemd-analyze log-level", "pm2 conf", "rndc status", "promtool check config x", "docker buildx ls", "argocd app get x",
                        "terraform providers", "vault read secret/x", "poetry version", "pg_amcheck db", "mysqlcheck -c db", "rabbitmq-diagnostics check_running", "nomad eval status x", "mc version info a/b", "sqlite3 -readonly a.db 'select 1'", "sqlite3 -readonly a.db .tables"}) {
    INFO(s);
    CHECK(shell(s).level == Level::looks);
  }
}

TEST_CASE("what the resource says") {
  Patterns p;
  p.reads = {"./scripts/health-check.sh", "./bin/report *", "etcdctl endpoint health"};
  p.changes = {"ls secret"};
  p.destroys = {"./wipe"};
  p.repeats = {"./bin/sync"};
  CHECK(shell("./scripts/health-check.sh", p).level == Level::looks);
  CHECK(shell("./scripts/health-check.sh --all", p).level == Level::looks);
  CHECK(shell("./scripts/health-check.shx", p).level == Level::changes);
  CHECK(shell("./scripts/health-check.sh > x", p).level == Level::changes);
  CHECK(shell("./scripts/health-check.sh | sh", p).level == Level::changes);
  CHECK(shell("./bin/report", p).level == Level::changes);
  CHECK(shell("./bin/report <x>", p).level == Level::looks);
  CHECK(shell("sudo etcdctl endpoint health", p).level == Level::looks);
  CHECK(shell("etcdctl endpoint <x>", p).level == Level::changes);
  CHECK(shell("ls secret", p).level == Level::changes);
  CHECK(shell("./wipe", p).level == Level::destroys);
  CHECK(shell("./bin/sync a", p).repeatable);
  CHECK_FALSE(shell("./bin/sync a; ./other", p).repeatable);
  Patterns all;
  all.reads = {"* x"};
  CHECK(shell("rm x", all).level == Level::changes);

  CHECK(check_pattern("reads", "python *", false)->code == "E0408");
  CHECK(check_pattern("reads", "/usr/bin/env x", false)->code == "E0408");
  CHECK(check_pattern("reads", "**", false)->code == "E0408");
  CHECK(check_pattern("reads", "ls | sh", false)->code == "E0408");
  CHECK_FALSE(check_pattern("reads", "* describe-*", false));
  CHECK_FALSE(check_pattern("reads", "./bin/report *", false));
  CHECK_FALSE(check_pattern("reads", "POST /login", true));
  CHECK(check_pattern("reads", "/login", true)->code == "E0408");
  CHECK(pattern_matches("a ** z", {"a", "b", "c", "z"}, {true, true, true, true}));
  CHECK_FALSE(pattern_matches("a * z", {"a", "b", "c", "z"}, {true, true, true, true}));
}

TEST_CASE("command resources") {
  Patterns p;
  p.reads = {"* describe-*"};
  p.destroys = {"ec2 delete-*"};
  CHECK(of_command("aws --output json", words("ec2 describe-instances --ids <x>"), p).level == Level::looks);
  CHECK(of_command("aws --output json", words("ec2 delete-snapshot x"), p).level == Level::destroys);
  CHECK(of_command("aws --output json", words("autoscaling set-desired-capacity --desired-capacity <to>"), p).level == Level::changes);
  CHECK(of_command("aws", words("s3 ls"), {}).level == Level::looks);
  CHECK(of_command("gh", words("run list"), {}).level == Level::looks);
  CHECK(of_command("gh", words("workflow run rollback.yml -f version=<previous>"), {}).level == Level::changes);
  CHECK(of_command("", words("kubectl get pods"), {}).level == Level::looks);
  CHECK(of_command("kubectl -n prod", words("delete pod x"), {}).culprit == "kubectl delete pod");
}

TEST_CASE("compose, host, pgbouncer") {
  CHECK(of_compose(words("ps postgres")).level == Level::looks);
  CHECK(of_compose(words("logs --tail 1000 backend")).level == Level::looks);
  CHECK(problem(of_compose(words("logs -f backend"))) == "E0708");
  const Effect up = of_compose(words("NODE_OPTIONS=--max-old-space-size=4096 up -d backend"));
  CHECK(up.level == Level::changes);
  CHECK(up.repeatable);
  CHECK(problem(up) == "none");
  CHECK(problem(of_compose(words("up backend"))) == "E0708");
  CHECK(of_compose(words("restart backend")).repeatable);
  CHECK_FALSE(of_compose(words("stop backend")).repeatable);
  CHECK(of_compose(words("stop backend")).sentence == "`docker compose stop` stops a container");
  CHECK(of_compose(words("down")).level == Level::changes);
  CHECK(of_compose(words("down -v")).level == Level::destroys);
  CHECK(of_compose(words("rm -fv x")).level == Level::destroys);
  CHECK(of_compose(words("build")).limit_seconds == 900);
  CHECK_FALSE(of_compose(words("frobnicate")).known);
  CHECK(of_host(words("disk /")).level == Level::looks);
  CHECK(of_host(words("process \"tsx watch\"")).level == Level::looks);
  CHECK(of_host(words("restart nginx")).repeatable);
  CHECK(of_host(words("kill <pid>")).level == Level::changes);
  CHECK(of_host(words("kill -9 <pid>")).level == Level::destroys);
  CHECK(of_pgbouncer(words("show pools")).level == Level::looks);
  CHECK(of_pgbouncer(words("pause")).level == Level::changes);
}

TEST_CASE("redis by command and subcommand") {
  for (const char* s : {"ping", "info memory", "get k", "hget k f", "dbsize", "llen k", "ttl k", "slowlog get 10", "client list", "config get maxmemory", "latency latest", "time", "role", "script exists x", "xread count 1 streams s 0", "memory usage k", "PING", "xinfo stream s"}) {
    INFO(s);
    CHECK(of_redis(words(s)).level == Level::looks);
  }
  for (const char* s : {"set k v", "del k", "expire k 10", "config set maxmemory 1gb", "client kill id 5", "eval 'x' 0", "eval_ro 'x' 0", "fcall_ro f 0", "touch k", "sort k store x", "getex k", "frobnicate", "pfcount k", "xreadgroup group g c streams s >", "publish a b", "restore k 0 x", "client <x>"}) {
    INFO(s);
    const Effect e = of_redis(words(s));
    CHECK(e.level == Level::changes);
    CHECK(problem(e) == "none");
  }
  for (const char* s : {"flushdb", "FLUSHALL async", "shutdown", "swapdb 0 1", "rename a b", "restore k 0 x replace", "script flush", "function flush", "replicaof no one", "cluster reset", "cluster forget x", "debug segfault", "config set dir /x", "config set maxmemory 1 save ''", "config set <p> x"}) {
    INFO(s);
    CHECK(of_redis(words(s)).level == Level::destroys);
  }
  for (const char* s : {"select 1", "auth x", "hello 3", "reset", "multi", "exec", "watch k", "monitor", "subscribe c", "psubscribe c", "ssubscribe c", "sync", "psync", "quit", "client reply off", "client tracking on", "client setname x", "blpop k 0", "bzpopmin k 0", "wait 1 0",
                        "xread block 0 streams s $"}) {
    INFO(s);
    CHECK(problem(of_redis(words(s))) == "E0709");
  }
}

TEST_CASE("http by method, corrected by the resource") {
  Patterns p;
  p.reads = {"POST /login", "POST /search/<index>"};
  p.changes = {"GET /_flush"};
  p.destroys = {"DELETE /<index>"};
  CHECK(http("GET /health").level == Level::looks);
  CHECK(http("POST /x").level == Level::changes);
  CHECK(http("DELETE /x").level == Level::changes);
  CHECK(http("POST /login", p).level == Level::looks);
  CHECK(http("POST /login/x", p).level == Level::changes);
  CHECK(http("POST /search/<i>", p).level == Level::looks);
  CHECK(http("GET /_flush?x=1", p).level == Level::changes);
  CHECK(http("DELETE /<mode>", p).level == Level::destroys);
}

TEST_CASE("secrets in arguments, environments printed, texts parsed again, tests") {
  CHECK(problem(shell("curl -H \"X: $TOKEN\" http://x", {}, {"TOKEN"})) == "E0501");
  CHECK(problem(shell("test -n \"$TOKEN\"", {}, {"TOKEN"})) == "none");
  CHECK(problem(shell("env")) == "W0503");
  CHECK(shell("sh -c \"echo <x>\"").parsed_again.size() == 1);
  CHECK(shell("ssh <user> uptime").parsed_again[0].by == "ssh");
  CHECK(shell("psql -c \"select <x>\"").parsed_again[0].by == "psql -c");
  CHECK(shell("jq \".<x>\" f").parsed_again[0].by == "jq");
  CHECK(shell("kubectl exec p -- sh -c \"echo <x>\"").parsed_again[0].by == "sh");
  CHECK(shell("grep <x> f").parsed_again.empty());
  CHECK(shell("grep -q x f").exit_one_answers);
  CHECK(shell("df && test -f x").exit_one_answers);
  CHECK(shell("cat x | grep y").exit_one_answers);
  CHECK_FALSE(shell("grep x f | wc -l").exit_one_answers);
  CHECK_FALSE(shell("df").exit_one_answers);
  CHECK(shell("jq -e .x f").exit_one_answers);
  CHECK_FALSE(shell("jq .x f").exit_one_answers);
}

TEST_CASE("limits") {
  CHECK(shell("df").limit_seconds == 10);
  CHECK(shell("docker pull x").limit_seconds == 900);
  const auto sql = rbc::embedded::parse_sql("analyze", {});
  CHECK(of_sql(sql.value).limit_seconds == 900);
  CHECK(of_sql(sql.value).repeatable);
  CHECK(of_sql(sql.value).sentence == "`analyze` renews the planner's statistics");
}

TEST_CASE("where a hole could be an option") {
  const auto may = [](std::string_view s) { return may_be_option(shell(s), 0); };
  for (const char* s : {"rm <x>", "rm \"<x>\"", "rm a <x>", "kubectl exec p -- rm <x>", "kubectl exec p -- timeout 5 rm <x>", "sudo -- rm <x>", "sudo -u a -- rm <x>", "docker exec p rm <x>", "env -- rm <x>", "npm run a -- <x>", "echo <x>",
                        "echo -n <x>", "printf <x>", "test <x>", "test <x> a", "[ <x> ]", "kill -- <x>", "grep ' -- ' <x>", "a -- b; rm <x>", "a -- b | rm <x>", "a -- $(rm <x>)", "a --x <x>"}) {
    INFO(s);
    CHECK(may(s));
  }
  for (const char* s : {"rm -- <x>", "rm -- a <x>", "kubectl exec p -- rm -- <x>", "sudo rm -- <x>", "rm a<x>", "rm --x=<x>", "rm \"a <x>\"", "echo a <x>", "printf '%s' <x>", "test <x> = a", "[ a != <x> ]", "[ -n <x> ]", "git checkout -- <x>"}) {
    INFO(s);
    CHECK_FALSE(may(s));
  }
}
