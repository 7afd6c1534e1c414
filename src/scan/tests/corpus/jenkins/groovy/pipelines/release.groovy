def call(Map config) {
    script.docker.image('acme/release:1').inside('-u root') {
        steps.sh "docker push acme/out:1"
    }
    def tool = docker.image('acme/kept:1')
    def used = docker.image('acme/pushed:1')
    used.push('2')
    other.push('nothing')
}
