class Other { String image = 'acme/none:1' }
